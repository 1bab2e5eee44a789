import { defineConfig } from "vite";
import { iconSprite } from "./plugins/icon-sprite";

// Office desks run browsers that are years old, residents read in a chat app's own: compile down to 2020.
const targets = { chrome: 87 << 16, safari: 14 << 16, firefox: 85 << 16 };

export default defineConfig({
  base: "./",
  plugins: [iconSprite("icons.txt")],
  css: {
    transformer: "lightningcss",
    lightningcss: { targets },
    preprocessorOptions: { scss: { loadPaths: ["node_modules"], quietDeps: true } },
  },
  build: {
    outDir: "../src/echowall/site/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    cssMinify: "lightningcss",
    target: ["chrome87", "safari14", "firefox85"],
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: ["src/boot.ts", "src/desk.ts", "src/public.ts", "src/entrance.ts"] },
  },
});
