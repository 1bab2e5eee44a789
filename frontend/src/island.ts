/** An island: what a data-attribute of the page brings to life. `load` is called once per element, also after htmx swaps. */
export interface Island {
  selector: string;
  load: () => Promise<(element: HTMLElement) => void>;
}

const mounted = new WeakMap<HTMLElement, Set<string>>();

/** Mounts every island found at or below `root` that is not mounted yet. */
export function mountIslands(islands: Island[], root: ParentNode & Node): void {
  for (const island of islands) {
    const found = [...root.querySelectorAll<HTMLElement>(island.selector)];
    if (root instanceof HTMLElement && root.matches(island.selector)) found.unshift(root);
    const fresh = found.filter((element) => !mounted.get(element)?.has(island.selector));
    if (!fresh.length) continue;
    for (const element of fresh) mounted.set(element, (mounted.get(element) ?? new Set()).add(island.selector));
    island.load().then(
      (mount) => fresh.forEach((element) => element.isConnected && mount(element)),
      (error: unknown) => {
        // A chunk that did not arrive (bad network): the page works without it; the next swap or visit tries again.
        for (const element of fresh) mounted.get(element)?.delete(island.selector);
        console.warn("island not loaded", island.selector, error);
      },
    );
  }
}
