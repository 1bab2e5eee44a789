// Runs before the first paint (a classic script in <head>, so no import or export here): a page that flashes white at
// three in the morning blinds the person who has to read it.
(() => {
  const root = document.documentElement;
  const read = (key: string): string | null => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const theme = read("ew.theme") ?? "auto";
    root.dataset.themeChoice = theme;
    root.dataset.bsTheme = theme === "dark" || (theme === "auto" && dark.matches) ? "dark" : "light";
    const strong = read("ew.contrast") ?? (matchMedia("(prefers-contrast: more)").matches ? "more" : "normal");
    root.dataset.contrast = strong;
  };
  apply();
  dark.addEventListener?.("change", apply);
  addEventListener("storage", apply);
  addEventListener("ew:theme", apply);
})();
