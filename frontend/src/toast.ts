/** Shows a short message at the lower right that stays until closed when it is a failure, else for eight seconds. */
export function toast(text: string, tone: "critical" | "warn" | "ok" | "info" = "info"): void {
  let box = document.querySelector<HTMLElement>(".ew-toasts");
  if (!box) {
    box = document.createElement("div");
    box.className = "ew-toasts";
    box.setAttribute("role", "status");
    document.body.append(box);
  }
  const item = document.createElement("div");
  item.className = `ew-alert tone-${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "ew-tool";
  close.textContent = "×";
  close.setAttribute("aria-label", "关闭 Close");
  close.onclick = () => item.remove();
  item.append(words, close);
  box.append(item);
  if (tone !== "critical") setTimeout(() => item.remove(), 8000);
}
