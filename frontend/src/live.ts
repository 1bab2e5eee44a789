import htmx from "htmx.org/dist/htmx.esm.js";
import { type CriticalMatter, raiseCritical } from "./critical";
import { say } from "./texts";
import { toast } from "./toast";

/*
 * The page follows the server's event stream (`<body data-live-url>`). Events, each with JSON data:
 *   changed  {"names": ["matters.counts"]}   elements with that `data-live` fetch their `data-live-src` again (own rights)
 *   tile     {"name": "...", "html": "..."}  the element with that `data-live` gets this content (only for what all may see)
 *   critical {"id", "title", "url"}          bar, sound and flashing title until somebody here says "seen"
 *   notice   {"text", "tone"}                a toast
 *   later    {"after": 5000}                 the server ends the stream on purpose; come again after so many milliseconds
 *   ping     {}                              at least every 30 s; 75 s of silence counts as lost
 */
const SILENCE = 75000;
let source: EventSource | undefined;
let tries = 0;
let heardAt = 0;
let lostAt: Date | undefined;

function show(state: "live" | "connecting" | "lost"): void {
  document.querySelectorAll<HTMLElement>(".ew-live-state").forEach((element) => {
    element.dataset.state = state;
    const time = lostAt?.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false }) ?? "";
    element.querySelector("span")!.textContent = state === "lost" ? say("lost", time) : say(state);
  });
}

function fetchAgain(element: HTMLElement): void {
  const url = element.dataset.liveSrc;
  if (!url || element.dataset.liveBusy) return;
  // Spread the requests of all desks over a moment, and take several changes at once as one.
  element.dataset.liveBusy = "yes";
  setTimeout(async () => {
    delete element.dataset.liveBusy;
    await htmx.ajax("get", url, { target: element, swap: (element.dataset.liveSwap ?? "innerHTML") as "innerHTML" });
  }, 150 + Math.random() * 600);
}

const named = (name: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(`[data-live~="${CSS.escape(name)}"]`)];

function on<T>(name: string, act: (data: T) => void): void {
  source!.addEventListener(name, (event) => {
    heardAt = Date.now();
    act(JSON.parse((event as MessageEvent<string>).data || "{}") as T);
  });
}

function connect(url: string): void {
  source?.close();
  source = new EventSource(url);
  heardAt = Date.now();
  source.onopen = () => {
    if (lostAt) document.querySelectorAll<HTMLElement>("[data-live-src]").forEach(fetchAgain); // may have missed some
    [tries, lostAt, heardAt] = [0, undefined, Date.now()];
    show("live");
  };
  source.onerror = () => lose(url);
  on<{ names: string[] }>("changed", ({ names }) => names.flatMap(named).forEach(fetchAgain));
  on<{ name: string; html: string }>("tile", ({ name, html }) =>
    named(name).forEach((element) => {
      element.innerHTML = html;
      htmx.process(element);
    }),
  );
  on<CriticalMatter>("critical", raiseCritical);
  on<{ text: string; tone?: "ok" | "warn" | "info" | "critical" }>("notice", ({ text, tone }) => toast(text, tone));
  on<{ after: number }>("later", ({ after }) => comeAgain(url, after));
  on("ping", () => show("live"));
}

function comeAgain(url: string, after: number): void {
  source?.close();
  source = undefined;
  show("live");
  setTimeout(() => source ?? connect(url), after * (0.8 + Math.random() * 0.4));
}

function lose(url: string): void {
  source?.close();
  source = undefined;
  lostAt ??= new Date();
  if (tries >= 1) show("lost");
  else show("connecting");
  const wait = Math.min(30000, 1000 * 2 ** tries++) * (0.7 + Math.random() * 0.6);
  setTimeout(() => source ?? connect(url), wait);
}

/** Starts following the stream named by `<body data-live-url>`; without it nothing happens. */
export function startLive(): void {
  const url = document.body.dataset.liveUrl;
  if (!url) return;
  show("connecting");
  connect(url);
  setInterval(() => source && Date.now() - heardAt > SILENCE && lose(url), 10000);
  addEventListener("online", () => source ?? connect(url));
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && connect(url));
}
