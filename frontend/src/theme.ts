import { recall, remember } from "./memory";

/** Buttons `[data-set-theme=auto|light|dark]` and `[data-toggle-contrast]`; `[data-cycle-theme]` switches light and dark. */
export function startTheme(): void {
  const show = (): void => {
    const { themeChoice, contrast } = document.documentElement.dataset;
    document.querySelectorAll<HTMLElement>("[data-set-theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === themeChoice));
    });
    document.querySelectorAll<HTMLElement>("[data-toggle-contrast]").forEach((button) => {
      button.setAttribute("aria-pressed", String(contrast === "more"));
    });
  };
  const set = (key: string, value: string): void => {
    remember(key, value);
    dispatchEvent(new Event("ew:theme"));
    show();
  };
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-set-theme],[data-cycle-theme],[data-toggle-contrast]");
    if (!button) return;
    if (button.dataset.setTheme) set("theme", button.dataset.setTheme);
    else if (button.matches("[data-cycle-theme]")) set("theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    else set("contrast", (recall("contrast") ?? document.documentElement.dataset.contrast) === "more" ? "normal" : "more");
  });
  show();
}
