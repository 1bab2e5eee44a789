/**
 * Buttons that put a ready text into a field: `data-insert-into="#id" data-text="…"`; at the cursor, nothing lost.
 * `data-template` is noted in the form's field `template_id`, so that the server counts which wordings serve.
 */
export function startInsert(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-insert-into]");
    const field = button && document.querySelector<HTMLTextAreaElement>(button.dataset.insertInto ?? "");
    if (!button || !field) return;
    const text = button.dataset.text ?? "";
    const start = field.value.trim() === "" ? 0 : field.selectionStart;
    const end = field.value.trim() === "" ? field.value.length : field.selectionEnd;
    field.setRangeText(text, start, end, "end");
    const noted = button.dataset.template ? field.form?.elements.namedItem("template_id") : undefined;
    if (noted instanceof HTMLInputElement) noted.value = button.dataset.template ?? "";
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
