/** Buttons that put a ready text into a field: `data-insert-into="#id" data-text="…"`; at the cursor, nothing lost. */
export function startInsert(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-insert-into]");
    const field = button && document.querySelector<HTMLTextAreaElement>(button.dataset.insertInto ?? "");
    if (!button || !field) return;
    const text = button.dataset.text ?? "";
    const start = field.value.trim() === "" ? 0 : field.selectionStart;
    const end = field.value.trim() === "" ? field.value.length : field.selectionEnd;
    field.setRangeText(text, start, end, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
