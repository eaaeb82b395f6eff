import type { CodegenConfig } from "@graphql-codegen/cli";

const scalars = { DateTime: "string" };

/** Each client has types of its own documents in a folder of its own, as it would in a project of its own. */
const config: CodegenConfig = {
  schema: "../schema.graphql",
  generates: {
    "apollo/generated/": {
      preset: "client",
      documents: "apollo/*.ts",
      // Apollo Client unmasks fragments with this function too; its name must not look like a React hook.
      presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" } },
      config: { scalars, strictScalars: true, useTypeImports: true, enumsAsTypes: true },
    },
    "apollo/generated/possibleTypes.ts": { plugins: ["fragment-matcher"] },
    "urql/generated/": {
      preset: "client",
      documents: "urql/*.ts",
      presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" } },
      config: { scalars, strictScalars: true, useTypeImports: true, enumsAsTypes: true },
    },
    "urql/generated/introspection.ts": { plugins: ["urql-introspection"], config: { useTypeImports: true } },
    "fetch/generated/": {
      preset: "client",
      documents: "fetch/*.ts",
      // The manifest is for the server: GQL_API_TRUSTED_DOCUMENTS.
      presetConfig: { fragmentMasking: { unmaskFunctionName: "unmask" }, persistedDocuments: true },
      // Documents stay text: nothing of GraphQL has to run in the browser.
      config: { scalars, strictScalars: true, useTypeImports: true, enumsAsTypes: true, documentMode: "string" },
    },
  },
};

export default config;
