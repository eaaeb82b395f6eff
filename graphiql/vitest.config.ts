/** Runs the tests of the explorer's own code. */

import { defineConfig } from "vitest/config";

export default defineConfig({
  // The one that Node.js takes for the libraries, too: objects of another `graphql` mean nothing to them.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: { include: ["src/*.test.{ts,tsx}"] },
});
