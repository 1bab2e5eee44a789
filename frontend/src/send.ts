/** What became of one try to send a form. */
export type Outcome =
  | { kind: "done"; redirect: string }
  | { kind: "refused"; errors: Record<string, string[]> }
  | { kind: "failed"; status: number; retryAfter: number | undefined }
  | { kind: "offline" };

/**
 * Posts a form's data once and says what became of it; never throws. The server answers JSON:
 * 2xx {"redirect": "/t/…/"}, 422 {"errors": {"field": ["…"], "__all__": ["…"]}}; anything else is a failure to be tried again.
 */
export function send(url: string, data: FormData, onProgress: (percent: number) => void): Promise<Outcome> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much of the photos has gone
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    request.timeout = 120000;
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(Math.floor((event.loaded / event.total) * 100));
    request.onerror = request.ontimeout = () => resolve({ kind: "offline" });
    request.onload = () => {
      let body: { redirect?: string; errors?: Record<string, string[]> } = {};
      try {
        body = JSON.parse(request.responseText) as typeof body;
      } catch {
        // A proxy's or captive portal's page: not our server, so not sent.
      }
      if (request.status >= 200 && request.status < 300 && body.redirect) return resolve({ kind: "done", redirect: body.redirect });
      if ((request.status === 422 || request.status === 400) && body.errors) return resolve({ kind: "refused", errors: body.errors });
      const after = Number(request.getResponseHeader("Retry-After"));
      const status = request.status < 300 ? 502 : request.status;
      resolve({ kind: "failed", status, retryAfter: after > 0 ? after : undefined });
    };
    request.send(data);
  });
}
