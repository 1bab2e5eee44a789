import { chime, isMuted, setMuted, wakeSound } from "./chime";
import { say } from "./texts";

export interface CriticalMatter {
  id: string;
  title: string;
  url: string;
}

const waiting = new Map<string, CriticalMatter>();
const title = document.title;
// One "seen" quiets every tab of this browser.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("ew.critical") : undefined;
// What was acknowledged stays so on the next page; the stream names the waiting ones anew each time.
const SEEN = "ew.critical.seen";
const seen = (): string[] => JSON.parse(localStorage.getItem(SEEN) ?? "[]") as string[];
let bar: HTMLElement | undefined;
let beat: number | undefined;

function button(text: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.onclick = act;
  return element;
}

function draw(): void {
  bar?.remove();
  bar = undefined;
  const latest = [...waiting.values()].pop();
  if (!latest) {
    clearInterval(beat);
    beat = undefined;
    document.title = title;
    return;
  }
  bar = document.createElement("div");
  bar.className = "ew-critical-bar";
  bar.setAttribute("role", "alert");
  const word = document.createElement("span");
  word.textContent = `◆ ${say("critical")}`;
  const link = document.createElement("a");
  link.href = latest.url;
  link.textContent = latest.title;
  const actions = document.createElement("span");
  actions.className = "ew-critical-actions";
  const quiet = button(say(isMuted() ? "unmute" : "mute"), () => {
    setMuted(!isMuted());
    draw();
    showMute();
  });
  actions.append(button(say("seen"), () => settle([...waiting.keys()], true)), quiet);
  bar.append(word, link);
  if (waiting.size > 1) bar.append(say("more", waiting.size - 1));
  bar.append(actions);
  (document.querySelector(".ew-work") ?? document.body).prepend(bar);
  beat ??= window.setInterval(tick, 1000);
}

let seconds = 0;
function tick(): void {
  seconds += 1;
  document.title = seconds % 2 ? `◆ ${say("critical")}(${waiting.size})` : title;
  if (seconds % 15 === 0) chime();
}

function settle(ids: string[], tell: boolean): void {
  for (const id of ids) waiting.delete(id);
  if (tell) {
    localStorage.setItem(SEEN, JSON.stringify([...seen(), ...ids].slice(-200)));
    tabs?.postMessage(ids);
  }
  draw();
}

/** Shows a critical matter in the bar with sound and flashing title until it is acknowledged in any tab. */
export function raiseCritical(matter: CriticalMatter): void {
  if (waiting.has(matter.id) || seen().includes(matter.id)) return;
  waiting.set(matter.id, matter);
  chime();
  draw();
}

function showMute(): void {
  document.querySelectorAll<HTMLElement>("[data-toggle-mute]").forEach((element) => {
    const muted = isMuted();
    element.setAttribute("aria-pressed", String(muted));
    const label = say(muted ? "unmute" : "mute");
    element.setAttribute("aria-label", label);
    element.title = label;
    const use = element.querySelector("use");
    use?.setAttribute("href", use.getAttribute("href")!.replace(/#.*/, muted ? "#volume-off" : "#volume"));
  });
}

/** Wires `[data-toggle-mute]` buttons, wakes the sound on the first touch, listens to the other tabs. */
export function startCritical(): void {
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, wakeSound, { once: true });
  if (tabs) tabs.onmessage = (event: MessageEvent<string[]>) => settle(event.data, false);
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-toggle-mute]")) return;
    setMuted(!isMuted());
    showMute();
    if (!isMuted()) chime();
  });
  showMute();
}
