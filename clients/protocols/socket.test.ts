/** Operations over WebSocket by the protocol's reference client. */

import { createClient, type FormattedExecutionResult } from "graphql-ws";
import { afterAll, expect, test } from "vitest";

import { url } from "../testing/api";

const client = createClient({ url: url.replace("http", "ws"), lazy: true, retryAttempts: 0 });

afterAll(() => client.dispose());

async function run(query: string, variables?: Record<string, unknown>) {
  const results: FormattedExecutionResult<Record<string, unknown>, unknown>[] = [];
  for await (const result of client.iterate<Record<string, unknown>>({ query, ...(variables && { variables }) }))
    results.push(result);
  return results;
}

test("queries and mutations have one result, and complete", async () => {
  const name = crypto.randomUUID();
  const create = `mutation($name: String!) { createTag(input: { name: $name }) { ... on TagSuccess { tag { name } } } }`;
  expect(await run(create, { name })).toEqual([{ data: { createTag: { tag: { name } } } }]);
  const one = `query($name: String!) { tags(filter: { name: { eq: $name } }) { name } }`;
  expect(await run(one, { name })).toEqual([{ data: { tags: [{ name }] } }]);
});

test("many run beside each other", async () => {
  const results = await Promise.all(Array.from({ length: 20 }, () => run("{ taskCount }")));
  for (const [result] of results) expect(result?.errors).toBeUndefined();
});

test.each([
  ["{", "GRAPHQL_PARSE_FAILED"],
  ["{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
  ["query($a: Int!) { tasks(limit: $a) { id } }", "BAD_USER_INPUT"],
])("%s is told as an error", async (query, code) => {
  await expect(run(query)).rejects.toMatchObject([{ extensions: { code } }]);
});
