/** Puts all errors of `{"field": ["…"]}` beside their fields, as `{% field %}` does, and goes to the first. Gives their number. */
export function showErrors(form: HTMLFormElement, errors: Record<string, string[]>): number {
  form.querySelectorAll(".ew-error").forEach((old) => old.remove());
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  let first: HTMLElement | undefined;
  let count = 0;
  for (const [name, words] of Object.entries(errors)) {
    const field = form.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    const home = field?.closest<HTMLElement>(".ew-field") ?? form.querySelector<HTMLElement>(`[data-errors-for="${CSS.escape(name)}"]`) ?? form;
    for (const text of words) {
      count += 1;
      const line = document.createElement("p");
      line.className = "ew-error";
      line.id = `${field?.id ?? name}-error-${count}`;
      line.textContent = `◆ ${text}`;
      if (home === form) home.prepend(line);
      else home.append(line);
      field?.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), line.id].filter(Boolean).join(" "));
    }
    field?.setAttribute("aria-invalid", "true");
    first ??= field ?? undefined;
  }
  first?.focus();
  return count;
}
