import { recall, remember } from "./memory";
import { say } from "./texts";

/*
 * Pages declare keys, they write no code:
 *   data-key="n"      on a link, button or field: pressing n clicks it, or puts the cursor into it
 *   data-go="m"       on a link: g then m follows it
 *   data-key-focus    a selector: the key puts the cursor there instead of clicking, when it is on the page
 *   data-key-label    what the help sheet says (else the element's own words)
 *   data-keylist      on a table body or list; its rows carry data-keyrow; the row's first a[data-open] is opened by Enter
 */
type Section = "help_page" | "help_list" | "help_go" | "help_all";

// A Chinese input method left on turns / and ? into other signs; the person still means the key.
const same: Record<string, string> = { "、": "/", "\uff0f": "/", "\uff1f": "?" };
let awaiting: number | undefined;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea,select,input:not([type=checkbox],[type=radio],[type=button],[type=submit])"));
const visible = (element: HTMLElement): boolean => element.getClientRects().length > 0;
const find = (selector: string): HTMLElement | undefined => [...document.querySelectorAll<HTMLElement>(selector)].find(visible);

const fields = "input:not([type=hidden]),textarea,select,button[type=submit]";

function act(element: HTMLElement): void {
  const target = element.dataset.keyFocus ? document.querySelector<HTMLElement>(element.dataset.keyFocus) : undefined;
  if (target) {
    target.focus();
    target.scrollIntoView({ block: "center" });
    return;
  }
  if (element.matches("input:not([type=checkbox],[type=radio],[type=button],[type=submit]),textarea,select")) element.focus();
  else element.click();
  // A form unfolded by its key is filled in without touching the mouse.
  const unfolded = element.matches("summary") ? element.closest("details") : undefined;
  if (unfolded?.open) [...unfolded.querySelectorAll<HTMLElement>(fields)].find(visible)?.focus();
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-keylist] [data-keyrow]")].filter(visible);
}

function move(step: number): void {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("is-active"));
  const next = all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))]!;
  all[now]?.classList.remove("is-active");
  next.classList.add("is-active");
  next.querySelector<HTMLElement>("a[data-open]")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function words(element: HTMLElement): string {
  const own = element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.getAttribute("placeholder");
  if (own) return own;
  const copy = element.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("kbd,svg,.ew-nav-count,.visually-hidden").forEach((extra) => extra.remove());
  return copy.textContent!.trim().replace(/\s+/g, " ");
}

function sheet(): Map<Section, [string, string][]> {
  const list = (selector: string, key: (element: HTMLElement) => string): [string, string][] =>
    [...document.querySelectorAll<HTMLElement>(selector)].map((element) => [key(element), words(element)]);
  const parts = new Map<Section, [string, string][]>();
  parts.set("help_page", list("[data-key]", (element) => element.dataset.key!).filter(([key]) => key !== "/" && key !== "?"));
  if (document.querySelector("[data-keylist]"))
    parts.set("help_list", [["j ↓", say("key_down")], ["k ↑", say("key_up")], ["Enter", say("key_open")], ["x", say("key_select")]]);
  parts.set("help_go", list("[data-go]", (element) => `g ${element.dataset.go}`));
  parts.set("help_all", [["/", say("key_search")], ["?", say("key_help")], ["Ctrl Enter", say("key_submit")], ["Esc", say("key_leave")]]);
  return parts;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, text = "", className = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

/** Opens the sheet of every key that works on this page; it is built from the page, so it cannot go out of date. */
export function showHelp(): void {
  document.querySelector<HTMLDialogElement>("#ew-keys")?.remove();
  const dialog = make("dialog", "", "ew-dialog");
  dialog.id = "ew-keys";
  dialog.setAttribute("aria-labelledby", "ew-keys-title");
  const head = make("header");
  const title = make("h2", say("help"));
  title.id = "ew-keys-title";
  const close = make("button", say("close"), "btn btn-default");
  close.onclick = () => dialog.close();
  head.append(title, close);
  const body = make("div", "", "ew-dialog-body");
  const columns = make("div", "", "ew-help-columns");
  for (const [part, keys] of sheet()) {
    if (!keys.length) continue;
    const section = make("section");
    const facts = make("dl");
    for (const [key, label] of keys) {
      const term = make("dt");
      key.split(" ").forEach((one) => term.append(make("kbd", one, "ew-kbd"), " "));
      facts.append(term, make("dd", label));
    }
    section.append(make("h3", say(part)), facts);
    columns.append(section);
  }
  const label = make("label", "", "ew-choice");
  const box = make("input");
  box.type = "checkbox";
  box.checked = recall("keys") !== "off";
  box.onchange = () => remember("keys", box.checked ? "on" : "off");
  label.append(box, say("keys_on"));
  body.append(columns, label);
  dialog.append(head, body);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute("open", "");
}

function press(event: KeyboardEvent): void {
  // 229: the key went to the input method; Safari says so of the key that ends a composition, without isComposing.
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const inField = typing(event.target);
  const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) ? (event.target as Element).closest("form") : undefined;
  if (form) {
    if (!event.repeat) form.requestSubmit(); // a key held down sends once
    event.preventDefault();
    return;
  }
  if (event.key === "Escape" && inField) return (event.target as HTMLElement).blur();
  if (inField || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const key = same[event.key] ?? event.key;
  if (recall("keys") === "off" && key !== "?") return;
  if (event.repeat && !["j", "k", "ArrowDown", "ArrowUp"].includes(key)) return; // held down: never two decisions
  const done = (): void => event.preventDefault();
  if (awaiting) {
    clearTimeout(awaiting);
    awaiting = undefined;
    const link = document.querySelector<HTMLElement>(`[data-go="${CSS.escape(key)}"]`);
    if (link) done(), link.click();
    return;
  }
  if (key === "g" && document.querySelector("[data-go]")) {
    awaiting = window.setTimeout(() => (awaiting = undefined), 1500);
    return;
  }
  if (key === "?") return done(), showHelp();
  const named = find(`[data-key="${CSS.escape(key)}"]`);
  if (named) return done(), act(named);
  const onControl = event.target instanceof HTMLElement && event.target.matches("a,button,summary,[role=option]");
  if (key === "j" || (key === "ArrowDown" && !onControl && rows().length)) return done(), move(1);
  if (key === "k" || (key === "ArrowUp" && !onControl && rows().length)) return done(), move(-1);
  const active = find("[data-keyrow].is-active");
  if (key === "Enter" && active && !onControl) return done(), active.querySelector<HTMLElement>("a[data-open]")?.click();
  if (key === "x" && active) return done(), active.querySelector<HTMLElement>("input[type=checkbox]")?.click();
}

/** Starts the keyboard of the page. */
export function startKeyboard(): void {
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-show-keys]")) showHelp();
  });
}
