import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/**
 * Builds one SVG sprite of the icons named in a list file (one per line; `name` is an outline, `name-filled` a filled icon
 * of @tabler/icons) and puts it into the manifest as `icons.svg`. All unknown names are reported together.
 */
export function iconSprite(listFile: string): Plugin {
  const root = join(process.cwd(), "node_modules", "@tabler", "icons", "icons");
  const inner = (name: string): string => {
    const path = name.endsWith("-filled") ? join(root, "filled", `${name.slice(0, -7)}.svg`) : join(root, "outline", `${name}.svg`);
    const svg = readFileSync(path, "utf8");
    return svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
  };
  return {
    name: "echowall-icon-sprite",
    buildStart() {
      this.addWatchFile(listFile);
      const unknown: string[] = [];
      const symbols: string[] = [];
      for (const name of readFileSync(listFile, "utf8").split(/\s+/).filter(Boolean)) {
        try {
          symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner(name)}</symbol>`);
        } catch {
          unknown.push(name);
        }
      }
      if (unknown.length) this.error(`${listFile}: @tabler/icons has no ${unknown.join(", ")}; find names at tabler.io/icons`);
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`,
      });
    },
  };
}
