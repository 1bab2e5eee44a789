/** The frame's own moves: the drawer on a phone, menus that close, back to print. */
export function startFrame(): void {
  const rail = document.querySelector<HTMLElement>(".ew-rail");
  const toggle = document.querySelector<HTMLElement>(".ew-rail-toggle");
  const open = (yes: boolean): void => {
    rail?.classList.toggle("is-open", yes);
    toggle?.setAttribute("aria-expanded", String(yes));
    if (yes) rail?.querySelector<HTMLElement>("a")?.focus();
    else if (rail?.contains(document.activeElement)) toggle?.focus();
  };
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest(".ew-rail-toggle")) return open(!rail?.classList.contains("is-open"));
    if (!target.closest(".ew-rail")) open(false);
    document.querySelectorAll<HTMLDetailsElement>("details.ew-menu[open]").forEach((menu) => menu.contains(target) || (menu.open = false));
    if (target.closest("[data-print]")) print();
  });
  // A form unfolded by its key is there to be filled in: the cursor goes into its first field, and only one is open.
  document.addEventListener(
    "toggle",
    (event) => {
      const opened = event.target as HTMLDetailsElement;
      if (!opened.matches("details.ew-move") || !opened.open) return;
      document.querySelectorAll<HTMLDetailsElement>("details.ew-move[open]").forEach((other) => other === opened || (other.open = false));
      const first = [...opened.querySelectorAll<HTMLElement>("form input:not([type=hidden]), form select, form textarea, form button[type=submit]")].find((field) => field.getClientRects().length > 0);
      first?.focus();
    },
    true,
  );
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) return;
    open(false);
    document.querySelectorAll<HTMLDetailsElement>("details.ew-menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
  });
}
