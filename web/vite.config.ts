import { defineConfig } from "vite";

// index.html is served at the node's root and everything else under page/, both relative, so that
// a prefix in front of the node (a reverse proxy) changes nothing.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/noroshi/web/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    // Beside the picture, the charts of the pages that the node renders itself; these find the
    // built file by the manifest.
    manifest: "manifest.json",
    rollupOptions: {
      input: { index: "index.html", diseases: "src/diseases/main.ts", chat: "src/chat/main.ts" },
    },
    // What is bundled keeps its licences beside it.
    license: { fileName: "licenses.md" },
    chunkSizeWarningLimit: 1400,
  },
  experimental: {
    renderBuiltUrl(filename, { hostType }) {
      return hostType === "html" ? `./page/${filename}` : { relative: true };
    },
  },
  test: { include: ["test/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
