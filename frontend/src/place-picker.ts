import type { Place } from "./geo";
import { say } from "./texts";

/*
 * <div data-place-picker data-url="/places/suggest/" [data-map-url="…geojson" data-tiles="…pmtiles" data-center="113.6,34.7"]>
 *   <label for="x">…</label><input id="x" name="place_text" class="form-control" autocomplete="off">
 *   <input type="hidden" name="place"> [<input type="hidden" name="lng"><input type="hidden" name="lat">]
 *   [<button type="button" data-open-map hidden>…</button>]
 * </div>
 * `data-url?q=…` answers {"results": [{"id","name","path","lng","lat"}]}. What was typed always stays in the text field and is
 * sent too: a place nobody finds must not stop a call for help. Without JavaScript it is that text field.
 */
export function mountPlacePicker(box: HTMLElement): void {
  const text = box.querySelector<HTMLInputElement>("input:not([type=hidden])");
  const chosen = box.querySelector<HTMLInputElement>('input[type=hidden]:not([name$="lng"]):not([name$="lat"])');
  if (!text || !chosen) return;
  const [lng, lat] = ["lng", "lat"].map((end) => box.querySelector<HTMLInputElement>(`input[type=hidden][name$="${end}"]`));
  const wrap = document.createElement("div");
  wrap.className = "ew-picker";
  text.replaceWith(wrap);
  const list = document.createElement("ul");
  list.className = "ew-picker-list";
  list.id = `${text.id || "place"}-list`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.labels?.[0]?.textContent?.trim() ?? text.name);
  list.hidden = true;
  const state = document.createElement("p");
  state.className = "ew-picker-state";
  state.setAttribute("role", "status");
  wrap.append(text, list);
  wrap.after(state);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id }))
    text.setAttribute(name, value);
  let found: Place[] = [];
  let at = -1;
  let asked: AbortController | undefined;
  let timer: number | undefined;

  const open = (yes: boolean): void => {
    list.hidden = !yes;
    text.setAttribute("aria-expanded", String(yes));
    if (!yes) text.removeAttribute("aria-activedescendant");
  };
  const mark = (index: number): void => {
    at = index;
    [...list.children].forEach((item, other) => item.setAttribute("aria-selected", String(other === at)));
    const item = list.children[at];
    if (!item) return;
    text.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const pin = (x: number | null | undefined, y: number | null | undefined): void => {
    if (lng) lng.value = x == null ? "" : x.toFixed(6);
    if (lat) lat.value = y == null ? "" : y.toFixed(6);
  };
  const tell = (): void => {
    box.dispatchEvent(new Event("input", { bubbles: true })); // so that a draft notices
  };
  const choose = (place: Place): void => {
    chosen.value = place.id;
    text.value = place.name;
    pin(place.lng, place.lat);
    state.textContent = say("picker_chosen", place.path || place.name);
    state.classList.add("is-chosen");
    open(false);
    tell();
    box.dispatchEvent(new CustomEvent("ew:place", { bubbles: true, detail: place }));
  };
  const draw = (query: string): void => {
    list.replaceChildren(
      ...found.map((place, index) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(place.name);
        const path = document.createElement("small");
        path.textContent = place.path;
        item.append(path);
        item.onmousedown = (event) => (event.preventDefault(), choose(place));
        return item;
      }),
    );
    state.classList.remove("is-chosen");
    state.textContent = found.length ? say("picker_count", found.length) : say("picker_none", query);
    at = -1;
    open(found.length > 0);
  };
  const look = async (): Promise<void> => {
    const query = text.value.trim();
    asked?.abort();
    if (!query) return (state.textContent = ""), open(false);
    asked = new AbortController();
    try {
      const url = new URL(box.dataset.url!, location.href);
      url.searchParams.set("q", query);
      const answer = await fetch(url, { signal: asked.signal, credentials: "same-origin", headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      found = ((await answer.json()) as { results: Place[] }).results;
      draw(query);
    } catch (error) {
      if ((error as Error).name !== "AbortError") state.textContent = say("picker_offline");
    }
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), 180);
  };
  text.addEventListener("input", (event) => {
    chosen.value = "";
    pin(null, null);
    // Half-written pinyin is not a place: wait until the input method has put the characters.
    if (!(event as InputEvent).isComposing) later();
  });
  text.addEventListener("compositionend", later);
  text.addEventListener("blur", () => open(false));
  text.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter that only takes the characters
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return found.length ? open(true) : void look();
      mark((at + (event.key === "ArrowDown" ? 1 : found.length - 1 + (at < 0 ? 1 : 0))) % found.length);
      event.preventDefault();
    } else if (event.key === "Enter" && !list.hidden && found[at]) {
      choose(found[at]!);
      event.preventDefault();
    } else if (event.key === "Escape" && !list.hidden) {
      open(false);
      event.stopPropagation();
    }
  });

  const button = box.querySelector<HTMLButtonElement>("[data-open-map]");
  if (!button || !box.dataset.mapUrl) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const frame = document.createElement("div");
    frame.className = "ew-map";
    box.append(frame);
    try {
      const { openMap } = await import("./map");
      await openMap(frame, { places: box.dataset.mapUrl!, tiles: box.dataset.tiles, center: box.dataset.center }, (place, point) => {
        if (place) return choose({ ...place, lng: point.lng, lat: point.lat });
        pin(point.lng, point.lat);
        state.textContent = say("picker_pin", point.lng.toFixed(5), point.lat.toFixed(5));
        state.classList.add("is-chosen");
        tell();
      });
    } catch {
      frame.remove();
      state.textContent = say("map_failed");
      button.disabled = false;
    }
  });
}
