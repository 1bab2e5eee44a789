import type { Island } from "./island";

/** Everything a page can ask for by a data-attribute; each comes as its own chunk when a page has it. */
export const islands: Island[] = [
  { selector: "[data-upload]", load: async () => (await import("./upload")).mountUpload },
  { selector: "[data-place-picker]", load: async () => (await import("./place-picker")).mountPlacePicker },
  { selector: "form[data-draft]", load: async () => (await import("./draft")).mountDraft },
  { selector: "form[data-danger]", load: async () => (await import("./danger")).mountDanger },
  { selector: "[data-progress]", load: async () => (await import("./progress")).mountProgress },
  { selector: "[data-chart]", load: async () => (await import("./chart")).mountChart },
  { selector: "[data-map]", load: async () => (await import("./map")).mountMap },
];
