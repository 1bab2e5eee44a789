/** One unsent form on this device. */
export interface Draft {
  key: string;
  fields: [name: string, value: string][];
  files: [name: string, file: File][];
  /** Made once per message and sent with every try, so that the server files it once however often it arrives. */
  clientKey: string;
  isQueued: boolean;
  savedAt: number;
}

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("echowall-drafts", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("drafts", { keyPath: "key" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await database();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = opened.transaction("drafts", mode);
      const request = act(transaction.objectStore("drafts"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    opened.close();
  }
}

// Drafts of a shared phone must not lie around for ever.
const LIFE = 7 * 24 * 3600 * 1000;

/** The draft of this form, or undefined; drafts older than seven days are removed unless they wait to be sent. */
export async function loadDraft(key: string): Promise<Draft | undefined> {
  const draft = await run<Draft | undefined>("readonly", (store) => store.get(key) as IDBRequest<Draft | undefined>);
  if (draft && !draft.isQueued && Date.now() - draft.savedAt > LIFE) {
    await dropDraft(key);
    return undefined;
  }
  return draft;
}

export const saveDraft = (draft: Draft): Promise<IDBValidKey> => run("readwrite", (store) => store.put(draft));
export const dropDraft = (key: string): Promise<undefined> => run("readwrite", (store) => store.delete(key));

/** A random UUID; crypto.randomUUID is missing outside https and on older phones. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
