/*
 * <form data-danger="胸痛|着火|…"> … <div data-danger-call hidden>120 119 110</div>
 * Shows the numbers to call while words of danger are being typed, without a network. It never hides them again: whoever
 * deletes the words may still be in danger.
 */
export function mountDanger(form: HTMLElement): void {
  const call = form.querySelector<HTMLElement>("[data-danger-call]");
  if (!call) return;
  const words = new RegExp(form.dataset.danger!);
  const look = (): void => {
    const said = [...form.querySelectorAll<HTMLTextAreaElement>("textarea")].map((field) => field.value).join("\n");
    if (call.hidden && words.test(said)) call.hidden = false;
  };
  form.addEventListener("input", look);
  look();
}
