import { say } from "./texts";

// The desk computer's own time may be wrong by minutes; the page brings the server's, so remaining times stay true.
const serverNow = Date.parse(document.querySelector<HTMLMetaElement>('meta[name="ew-now"]')?.content ?? "");
const drift = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();

/** Words for a span of milliseconds: the two largest of days, hours, minutes. */
export function spanInWords(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days) return say("days", days) + (hours ? say("hours", hours) : "");
  if (hours) return say("hours", hours) + (rest ? say("minutes", rest) : "");
  return say("minutes", rest);
}

const tones = { green: "tone-ok", amber: "tone-warn", red: "tone-critical" } as const;

function refresh(badge: HTMLElement): void {
  const due = Date.parse(badge.dataset.due ?? "");
  if (Number.isNaN(due)) return;
  const now = Date.now() + drift;
  const left = due - now;
  const text = badge.querySelector("[data-due-text]") ?? badge;
  const shown = badge.dataset.clock;
  const running = shown === "green" || shown === "amber";
  // A red badge has said "overdue" already: beside that word the span alone is enough.
  const late = running || shown === "red" ? spanInWords(left) : `${say("over")} ${spanInWords(left)}`;
  text.textContent = left >= 0 ? `${say("left")} ${spanInWords(left)}` : late;
  if (!running) return; // stopped, supervised: the server's word stands
  const amber = Date.parse(badge.dataset.amber ?? "");
  const state = left < 0 ? "red" : now >= amber ? "amber" : shown;
  if (state === shown) return;
  badge.dataset.clock = state;
  badge.classList.remove(...Object.values(tones));
  badge.classList.add(tones[state]);
  const word = badge.querySelector("[data-clock-word]");
  if (word) word.textContent = say(`clock_${state}`);
  const use = badge.querySelector("use");
  const href = use?.getAttribute("href");
  if (use && href) use.setAttribute("href", href.replace(/#.*/, state === "red" ? "#alert-hexagon-filled" : "#clock-exclamation"));
}

/** Keeps every `[data-due]` (an ISO instant) saying how much time is left; `data-amber` is when the badge turns amber. */
export function startCountdown(): void {
  const all = (root: ParentNode): void => root.querySelectorAll<HTMLElement>("[data-due]").forEach(refresh);
  all(document);
  setInterval(() => all(document), 15000);
  document.addEventListener("htmx:load", (event) => all(event.target as HTMLElement));
  document.addEventListener("visibilitychange", () => document.hidden || all(document));
}
