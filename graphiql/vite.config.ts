/** Builds the explorer into the Python package, which serves it: every file named by its content, and compressed. */

import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { defineConfig, type Plugin } from "vite";

/**
 * Mends a mistake of graphql-language-service: it holds a field of an input for required that has a default, and marks
 * variables that leave it out as wrong (GraphQL specification, Input Objects: Required Fields).
 */
function fieldsWithDefaultsAreOptional(): Plugin {
  const mistake = "if (fieldRequired) {";
  return {
    name: "fields-with-defaults-are-optional",
    transform(code, id) {
      if (!id.endsWith("getVariablesJSONSchema.js")) return;
      if (!code.includes(mistake)) this.error("graphql-language-service has changed: is this still to be mended?");
      return { code: code.replace(mistake, "if (fieldRequired && field.defaultValue === undefined) {"), map: null };
    },
  };
}

export default defineConfig({
  base: "./", // the page may stand below any path: files find each other by where they are themselves
  plugins: [
    fieldsWithDefaultsAreOptional(),
    compression({
      include: /\.(js|css|ttf)$/,
      threshold: 1000,
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
    }),
  ],
  resolve: { dedupe: ["graphql", "react", "react-dom", "@graphiql/react", "monaco-editor"] },
  worker: { format: "es", plugins: () => [fieldsWithDefaultsAreOptional()] },
  build: {
    target: "es2022",
    manifest: "manifest.json",
    assetsDir: "assets",
    assetsInlineLimit: 0, // a font or picture inside a style sheet would have to be allowed as `data:`
    chunkSizeWarningLimit: Infinity, // Monaco is one chunk, which nothing waits for
    emptyOutDir: true,
    rolldownOptions: {
      input: "src/main.ts",
      output: { keepNames: true }, // GraphiQL's icons are titled by the names of their functions
    },
  },
});
