/** Documents by their hashes, as Apollo Client sends them, and as GraphQL Code Generator writes them down. */

import { createHash } from "node:crypto";

import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { expect, test } from "vitest";

import manifest from "../fetch/generated/persisted-documents.json";
import { url } from "../testing/api";

test("Apollo Client sends a document in full once, and its hash from then on, by GET", async () => {
  const requests: { method: string; full: boolean }[] = [];
  const counting: typeof fetch = async (input, init) => {
    const asked = new Request(input, init);
    const text = asked.method === "GET" ? decodeURIComponent(asked.url) : await asked.clone().text();
    requests.push({ method: asked.method, full: text.includes("query Persisted") });
    return fetch(asked);
  };
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const persisted = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: persisted.concat(new HttpLink({ uri: url, fetch: counting })),
  });
  const query = gql(`query Persisted { categories(limit: 1) { id name } }`);
  for (const time of [1, 2]) {
    const { data } = await client.query({ query, fetchPolicy: "network-only" });
    expect(data, `time ${time}`).toHaveProperty("categories");
  }
  expect(requests).toEqual([
    { method: "GET", full: false },
    { method: "POST", full: true },
    { method: "GET", full: false },
  ]);
});

test("the server knows the documents of a manifest from its start", async () => {
  const [id, document] = Object.entries(manifest)[0] ?? [];
  expect(document).toContain("{");
  const headers = { "content-type": "application/json", accept: "application/json" };
  const by = [{ documentId: id }, { extensions: { persistedQuery: { version: 1, sha256Hash: id } } }];
  for (const named of by) {
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ ...named, variables: {} }) });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    // Its variables may be missing; it was found.
    expect(errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain("PERSISTED_QUERY_NOT_FOUND");
  }
});
