import { type Draft, dropDraft, loadDraft, newKey, saveDraft } from "./draft-store";
import { showErrors } from "./form-errors";
import { type Outcome, send } from "./send";
import { say } from "./texts";
import { FILES_CHANGED, setFiles } from "./upload";

/*
 * <form method="post" enctype="multipart/form-data" data-draft="voices.resident"> … <input type="hidden" name="client_key"> …
 * Every change is kept on this device. "Send" first stores the message, then tries; without a network or with a server that
 * does not answer it stays stored and is tried again by itself, also when the page is opened anew. It leaves the device's
 * store only when the server has answered that it has it. Fields marked data-no-draft are never stored.
 */
const RETRY_FIRST = 5;
const RETRY_MOST = 120;

class DraftForm {
  private draft: Draft;
  private readonly state: HTMLElement;
  private readonly buttons: HTMLButtonElement[];
  private timer: number | undefined;
  private tries = 0;
  private busy = false;
  private canStore = true;
  private restoring = false;

  constructor(private readonly form: HTMLFormElement) {
    this.draft = { key: form.dataset.draft!, fields: [], files: [], clientKey: newKey(), isQueued: false, savedAt: 0 };
    this.buttons = [...form.querySelectorAll<HTMLButtonElement>("button:not([type=button])")];
    this.state = document.createElement("div");
    this.state.className = "ew-draft-state";
    this.state.setAttribute("role", "status");
    const last = this.buttons[this.buttons.length - 1];
    if (last) last.before(this.state);
    else form.append(this.state);
    form.addEventListener("input", () => this.later());
    form.addEventListener(FILES_CHANGED, () => this.later());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.queue();
    });
    addEventListener("online", () => this.draft.isQueued && void this.attempt());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) void this.save();
      else if (this.draft.isQueued) void this.attempt();
    });
  }

  async start(): Promise<void> {
    const kept = await loadDraft(this.draft.key).catch(() => this.cannotStore());
    if (!kept || (!kept.isQueued && !kept.fields.some(([, value]) => value) && !kept.files.length)) return;
    this.draft = kept;
    this.restoring = true;
    this.restore(kept);
    this.restoring = false;
    if (kept.isQueued) return this.attempt();
    this.say(say("draft_found"), "info", say("draft_discard"), () => void this.discard());
  }

  private cannotStore(): undefined {
    this.canStore = false;
    this.say(say("draft_unsaved"), "warn");
  }

  private read(): void {
    const skip = new Set(["csrfmiddlewaretoken", "client_key"]);
    this.form.querySelectorAll<HTMLInputElement>("[data-no-draft]").forEach((field) => skip.add(field.name));
    const entries = [...new FormData(this.form)].filter(([name]) => !skip.has(name));
    this.draft.fields = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
    this.draft.files = entries.filter((entry): entry is [string, File] => entry[1] instanceof File && entry[1].size > 0);
    this.draft.savedAt = Date.now();
  }

  private restore(draft: Draft): void {
    for (const field of [...this.form.elements]) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement)) continue;
      const values = draft.fields.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field instanceof HTMLInputElement && field.type === "file") {
        const files = draft.files.filter(([name]) => name === field.name).map(([, file]) => file);
        if (files.length) setFiles(field, files);
      } else if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) field.checked = values.includes(field.value);
      else if (values.length && !["csrfmiddlewaretoken", "client_key"].includes(field.name)) field.value = values[0]!;
    }
  }

  private later(): void {
    if (this.restoring) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), 400);
  }

  private async save(): Promise<void> {
    if (this.draft.isQueued || !this.canStore || this.busy) return;
    this.read();
    if (!this.draft.fields.some(([, value]) => value) && !this.draft.files.length) return;
    try {
      await saveDraft(this.draft);
      const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      this.say(say("draft_saved", time), "quiet");
    } catch {
      this.cannotStore();
    }
  }

  private async discard(): Promise<void> {
    await dropDraft(this.draft.key).catch(() => undefined);
    this.form.reset();
    this.form.querySelectorAll<HTMLInputElement>("input[type=file]").forEach((field) => setFiles(field, []));
    this.form.querySelectorAll<HTMLInputElement>("input[type=hidden]:not([name=csrfmiddlewaretoken])").forEach((field) => (field.value = ""));
    this.draft = { ...this.draft, fields: [], files: [], clientKey: newKey(), isQueued: false };
    this.state.textContent = "";
  }

  private async queue(): Promise<void> {
    if (this.busy) return;
    clearTimeout(this.timer);
    this.read();
    this.draft.isQueued = true;
    this.tries = 0;
    await saveDraft(this.draft).catch(() => this.cannotStore());
    await this.attempt();
  }

  private data(): FormData {
    const data = new FormData();
    this.draft.fields.forEach(([name, value]) => data.append(name, value));
    this.draft.files.forEach(([name, file]) => data.append(name, file, file.name));
    data.set("client_key", this.draft.clientKey);
    const token = this.form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]");
    if (token) data.set(token.name, token.value);
    return data;
  }

  private async attempt(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    this.buttons.forEach((button) => (button.disabled = true));
    this.say(say("sending", 0), "info");
    let outcome = await send(this.form.action, this.data(), (percent) => this.say(say("sending", percent), "info"));
    if (outcome.kind === "failed" && outcome.status === 403 && (await this.renewToken())) outcome = await send(this.form.action, this.data(), () => undefined);
    this.busy = false;
    this.buttons.forEach((button) => (button.disabled = false));
    await this.settle(outcome);
  }

  private async settle(outcome: Outcome): Promise<void> {
    if (outcome.kind === "done") {
      await dropDraft(this.draft.key).catch(() => undefined);
      location.assign(outcome.redirect);
    } else if (outcome.kind === "refused") {
      await this.giveBack(say("refused", showErrors(this.form, outcome.errors)));
    } else if (outcome.kind === "failed" && outcome.status === 413) {
      await this.giveBack(say("too_large"));
    } else if (outcome.kind === "failed" && outcome.status < 500 && outcome.status !== 429 && outcome.status !== 408) {
      await this.giveBack(say("refused_other", outcome.status));
    } else {
      const backoff = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.tries++);
      const wait = (outcome.kind === "failed" && outcome.retryAfter) || backoff;
      this.say(outcome.kind === "offline" ? say("queued") : say("server_busy", wait), "warn", say("send_now"), () => void this.attempt());
      this.timer = window.setTimeout(() => void this.attempt(), wait * 1000);
    }
  }

  /** The server said no: the message is the person's to correct, and keeps being kept. */
  private async giveBack(words: string): Promise<void> {
    this.draft.isQueued = false;
    await saveDraft(this.draft).catch(() => undefined);
    this.say(words, "critical");
  }

  /** The page may have waited for hours: fetch it again for a fresh CSRF token. */
  private async renewToken(): Promise<boolean> {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href, { credentials: "same-origin" })).text(), "text/html");
      const fresh = page.querySelector<HTMLInputElement>("form[data-draft] [name=csrfmiddlewaretoken]");
      const field = this.form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]");
      if (!fresh || !field) return false;
      field.value = fresh.value;
      return true;
    } catch {
      return false;
    }
  }

  private say(words: string, tone: string, action?: string, act?: () => void): void {
    this.state.className = `ew-draft-state tone-${tone}`;
    this.state.textContent = words;
    if (tone === "warn" || tone === "critical") this.state.scrollIntoView({ block: "nearest" });
    if (!action || !act) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action;
    button.onclick = act;
    this.state.append(button);
  }
}

/** Brings a form with `data-draft` to life. */
export function mountDraft(form: HTMLElement): void {
  void new DraftForm(form as HTMLFormElement).start();
}
