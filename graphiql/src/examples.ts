/** The operations that a first visitor finds, one tab each: the files in examples/, in the order of their names. */

import type { Linked } from "./link";

const documents = import.meta.glob<string>("../examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../examples/*.json", { query: "?raw", import: "default", eager: true });

export const examples: Linked[] = Object.keys(documents)
  .sort()
  .map((path) => ({
    query: documents[path]!,
    variables: variables[path.replace(/graphql$/, "json")] ?? null,
  }));
