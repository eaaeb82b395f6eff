/** Builds the explorer into the Python package, which serves it: every file named by its content, and compressed. */

import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // the page may stand below any path: files find each other by where they are themselves
  plugins: [
    compression({
      include: /\.(js|css|ttf)$/,
      threshold: 1000,
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
    }),
  ],
  resolve: { dedupe: ["graphql", "react", "react-dom", "@graphiql/react", "monaco-editor"] },
  worker: { format: "es" },
  build: {
    target: "es2022",
    manifest: "manifest.json",
    assetsDir: "assets",
    assetsInlineLimit: 0, // a font or picture inside a style sheet would have to be allowed as `data:`
    chunkSizeWarningLimit: Infinity, // Monaco is one chunk, which nothing waits for
    emptyOutDir: true,
    rolldownOptions: { input: "src/main.ts" },
  },
});
