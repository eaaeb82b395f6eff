import { transformAsync } from "@babel/core";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // Relay's documents are compiled ahead: its plugin puts the compiled one where a graphql`…` stands.
      name: "relay",
      enforce: "pre",
      async transform(code, id) {
        if (!id.includes("/relay/") || !code.includes("graphql`")) return null;
        const done = await transformAsync(code, {
          filename: id,
          babelrc: false,
          configFile: false,
          sourceMaps: true,
          plugins: ["relay"],
          parserOpts: { plugins: ["typescript", "jsx"] },
        });
        return done?.code == null ? null : { code: done.code, map: done.map };
      },
    },
  ],
  test: {
    globalSetup: "testing/server.ts",
    // A slow machine is no failure.
    testTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
