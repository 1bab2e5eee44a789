import { say } from "./texts";

/** Fired on the file input after its files changed; draft.ts listens to it. */
export const FILES_CHANGED = "ew:files";

// Files that are already small: a restored draft must not be pressed a second time.
const prepared = new WeakSet<File>();
const ACCEPTED = /^image\//;

/**
 * Makes a photo at most `edge` pixels long, as JPEG. This also drops what the camera wrote into the file (place, device).
 * Throws when the browser cannot read the image (HEIC outside Apple, broken files).
 */
export async function shrink(file: File, edge: number): Promise<File> {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = url;
    await image.decode(); // <img> applies the camera's orientation on every browser we support
    const scale = Math.min(1, edge / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.82));
    if (!blob) throw new Error("canvas gave no image");
    return new File([blob], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Puts files into an input, as if chosen by hand, so that any way of sending the form carries them. */
export function setFiles(input: HTMLInputElement, files: File[]): void {
  const transfer = new DataTransfer();
  files.forEach((file) => transfer.items.add(file));
  input.files = transfer.files;
  [...(input.files ?? [])].forEach((file) => prepared.add(file));
  input.dispatchEvent(new CustomEvent(FILES_CHANGED, { bubbles: true }));
}

/** `<div data-upload data-max="9" data-max-edge="1600"><input type="file" multiple accept="image/*" name="photos"></div>` */
export function mountUpload(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) return;
  const [max, edge] = [Number(box.dataset.max ?? 9), Number(box.dataset.maxEdge ?? 1600)];
  // The browser's own control speaks the phone's language and is hard to hit: a button of ours stands before it.
  const pick = document.createElement("label");
  pick.className = "btn ew-upload-pick";
  pick.append(say("photo_choose"));
  input.before(pick);
  pick.append(input);
  const list = document.createElement("ul");
  list.className = "ew-upload-list";
  const state = document.createElement("p");
  state.className = "ew-upload-state";
  state.setAttribute("role", "status");
  box.append(list, state);
  let kept: File[] = [];

  const draw = (note = ""): void => {
    list.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    list.replaceChildren(
      ...kept.map((file, index) => {
        const item = document.createElement("li");
        item.className = "ew-upload-item";
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = file.name;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.textContent = "×";
        remove.setAttribute("aria-label", say("photo_remove", index + 1));
        remove.onclick = () => keep(kept.filter((_, other) => other !== index));
        item.append(image, remove);
        return item;
      }),
    );
    state.textContent = [kept.length ? say("photos", kept.length, max) : "", note].filter(Boolean).join(" · ");
  };
  const keep = (files: File[], note = ""): void => {
    kept = files;
    setFiles(input, kept);
    draw(note);
  };
  const add = async (chosen: File[]): Promise<void> => {
    state.textContent = say("photo_working");
    const [bad, good]: [string[], File[]] = [[], []];
    for (const file of chosen) {
      try {
        if (!ACCEPTED.test(file.type)) throw new Error("not an image");
        good.push(await shrink(file, edge));
      } catch {
        bad.push(file.name);
      }
    }
    const room = Math.max(0, max - kept.length);
    const notes = [good.length > room ? say("photo_many", max, good.length - room) : "", bad.length ? say("photo_bad", bad.join(", ")) : ""];
    keep([...kept, ...good.slice(0, room)], notes.filter(Boolean).join(" · "));
  };

  input.addEventListener("change", () => void add([...(input.files ?? [])]));
  input.addEventListener(FILES_CHANGED, () => {
    // Set from outside (a restored draft): show what the input now holds.
    const now = [...(input.files ?? [])];
    if (now.length !== kept.length || now.some((file, index) => file !== kept[index])) {
      kept = now;
      draw();
    }
  });
  box.addEventListener("dragover", (event) => (event.preventDefault(), box.classList.add("is-over")));
  box.addEventListener("dragleave", () => box.classList.remove("is-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("is-over");
    void add([...(event.dataTransfer?.files ?? [])]);
  });
  const before = [...(input.files ?? [])];
  if (before.every((file) => prepared.has(file))) {
    kept = before;
    draw();
  } else void add(before);
}
