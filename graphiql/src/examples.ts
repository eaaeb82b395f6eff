/** The operations that a first visitor finds, one tab each: the files in examples/, in the order of their names. */

const documents = import.meta.glob<string>("../examples/*.graphql", { query: "?raw", import: "default", eager: true });
const variables = import.meta.glob<string>("../examples/*.json", { query: "?raw", import: "default", eager: true });

export interface Example {
  query: string;
  variables: string | null;
}

export const examples: Example[] = Object.keys(documents)
  .sort()
  .map((path) => ({
    query: documents[path]!,
    variables: variables[path.replace(/graphql$/, "json")] ?? null,
  }));
