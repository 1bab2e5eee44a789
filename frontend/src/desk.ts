import "./styles/desk.scss";
import htmx from "htmx.org/dist/htmx.esm.js";
import { startCountdown } from "./countdown";
import { startCritical } from "./critical";
import { startFrame } from "./frame";
import { startInsert } from "./insert";
import { mountIslands } from "./island";
import { islands } from "./islands";
import { startKeyboard } from "./keyboard";
import { startLive } from "./live";
import { startTheme } from "./theme";
import { say } from "./texts";
import { toast } from "./toast";

// No eval, so that the page can run under a strict content security policy; 422 carries a form with its errors.
Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0, // pages hold personal data: nothing of them is put into the browser's storage
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});
document.addEventListener("htmx:responseError", (event) => {
  toast(say("failed_request", (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.status), "critical");
});
document.addEventListener("htmx:sendError", () => toast(say("failed_network"), "critical"));
document.addEventListener("htmx:load", (event) => mountIslands(islands, event.target as HTMLElement));

startTheme();
startFrame();
startKeyboard();
startInsert();
startCountdown();
startCritical();
startLive();
mountIslands(islands, document);
