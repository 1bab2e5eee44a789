import { say } from "./texts";

interface Job {
  state: "waiting" | "working" | "done" | "failed";
  done: number;
  total: number | null;
  message: string;
  redirect?: string;
}

/** `<div data-progress="/jobs/…/">` asks that address for `{state, done, total, message, redirect?}` until it is over. */
export function mountProgress(box: HTMLElement): void {
  const url = box.dataset.progress!;
  const bar = document.createElement("div");
  bar.className = "ew-progress";
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", box.dataset.label ?? document.title);
  const fill = document.createElement("span");
  bar.append(fill);
  const text = document.createElement("p");
  text.className = "ew-progress-text";
  text.setAttribute("role", "status");
  box.replaceChildren(bar, text);
  let wait = 700;

  const ask = async (): Promise<void> => {
    if (!box.isConnected) return;
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const job = (await answer.json()) as Job;
      const part = job.state === "done" ? 1 : job.total ? Math.min(1, job.done / job.total) : 0;
      fill.style.width = `${(part * 100).toFixed(1)}%`;
      bar.setAttribute("aria-valuenow", String(Math.round(part * 100)));
      const count = job.total ? `${job.done.toLocaleString()} / ${job.total.toLocaleString()}` : "";
      text.textContent = [job.state === "failed" ? say("job_failed", job.message) : job.message, count].filter(Boolean).join(" · ");
      if (job.state === "done" || job.state === "failed") {
        box.classList.add(job.state === "done" ? "tone-ok" : "tone-critical");
        if (job.state === "done" && !job.message) text.textContent = say("job_done");
        if (job.redirect) location.assign(job.redirect);
        return;
      }
      wait = Math.min(3000, wait * 1.15);
    } catch {
      text.textContent = say("job_lost");
      wait = Math.min(15000, wait * 2);
    }
    setTimeout(() => void ask(), wait);
  };
  void ask();
}
