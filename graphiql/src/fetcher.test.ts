/** Queries and mutations against an API that listens: answers, errors, and what becomes of no answer at all. */

import { formatResult, type Fetcher } from "@graphiql/toolkit";
import { getIntrospectionQuery, parse } from "graphql";
import { expect, test } from "vitest";

import { createFetcher } from "./fetcher";
import { serveTestApi } from "./fetcher.test.server";
import type { Answered } from "./http";

test("a query is answered with its data", async () => {
  await using api = await serveTestApi();
  const query = "query ($name: String) { hello(name: $name) }";
  expect(await run(createFetcher(api.url), { query, variables: { name: "Zoë" } })).toEqual({
    data: { hello: "Hello Zoë" },
  });
});

test("a mutation is answered with its data", async () => {
  await using api = await serveTestApi();
  expect(await run(createFetcher(api.url), { query: "mutation { double(of: 21) }" })).toEqual({ data: { double: 42 } });
});

test("of several operations the named one runs, by HTTP when it is no subscription", async () => {
  await using api = await serveTestApi();
  const query = 'query Hello { hello(name: "you") } subscription Count { count }';
  expect(await run(createFetcher(api.url), { query, operationName: "Hello" })).toEqual({
    data: { hello: "Hello you" },
  });
  expect(api.connectionParams).toEqual([]);
});

test("the schema is to be had", async () => {
  await using api = await serveTestApi();
  const told: Answered[] = [];
  const fetcher = createFetcher(api.url, (answered) => told.push(answered));
  const result = await fetcher({ query: getIntrospectionQuery(), operationName: "IntrospectionQuery" });
  expect(result).toHaveProperty("data.__schema.queryType.name", "Query");
  expect(told).toEqual([]); // nobody has run it
});

test("that the schema is not to be had is said once, and what follows", async () => {
  const message = "GraphQL introspection has been disabled, but the requested query contained the field '__schema'.";
  const refused = JSON.stringify({ data: null, errors: [{ message }, { message }] });
  await using api = await serveTestApi({
    answer: (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(refused),
  });
  const result = await createFetcher(api.url)({ query: getIntrospectionQuery(), operationName: "IntrospectionQuery" });
  expect(JSON.parse(JSON.stringify(result))).toEqual({
    errors: [{ message: expect.stringMatching(/^Introspection is off here .*Operations run\.$/) }],
  });
});

test("a header that cannot be sent is told as such", async () => {
  await using api = await serveTestApi();
  const result = await run(createFetcher(api.url), { query: "{ task }" }, { é: "x" });
  expect(result).toMatchObject({ errors: [{ message: expect.stringMatching(/^Request not sent\. /) }] });
  expect(api.requests).toEqual([]);
});

test("errors are those of the API, with all that they tell", async () => {
  await using api = await serveTestApi();
  expect(await run(createFetcher(api.url), { query: "{ task }" })).toEqual({
    data: { task: null },
    errors: [
      {
        message: "There is no such task.",
        path: ["task"],
        locations: [{ line: 1, column: 3 }],
        extensions: { code: "NOT_FOUND" },
      },
    ],
  });
});

test("headers reach the API", async () => {
  await using api = await serveTestApi();
  await run(createFetcher(api.url), { query: "{ task }" }, { authorization: "Bearer 1" });
  expect(api.requests).toMatchObject([{ authorization: "Bearer 1" }]);
});

test("plain text is shown as an error with its status", async () => {
  await using api = await serveTestApi({
    answer: (_, response) =>
      response.writeHead(400, { "content-type": "text/plain; charset=utf-8" }).end("Not valid JSON\n"),
  });
  expect(await run(createFetcher(api.url), { query: "{ task }" })).toEqual({
    errors: [{ message: "Not valid JSON", extensions: { http: { status: 400 } } }],
  });
});

test("an empty answer is shown as an error with its status", async () => {
  await using api = await serveTestApi({ answer: (_, response) => response.writeHead(503).end() });
  expect(await run(createFetcher(api.url), { query: "{ task }" })).toEqual({
    errors: [{ message: "Service Unavailable", extensions: { http: { status: 503 } } }],
  });
});

test("an empty answer whose status has no words either is still an error that says something", async () => {
  await using api = await serveTestApi({ answer: (_, response) => response.writeHead(503, "").end() });
  expect(await run(createFetcher(api.url), { query: "{ task }" })).toEqual({
    errors: [{ message: "There is nothing in the answer.", extensions: { http: { status: 503 } } }],
  });
});

test("an API that is not there is told of in words", async () => {
  const answered: Answered[] = [];
  const fetcher = createFetcher(await nobody(), (answer) => answered.push(answer));
  expect(await run(fetcher, { query: "{ task }" })).toEqual({
    errors: [{ message: expect.stringMatching(/^The API does not answer: ./) }],
  });
  expect(answered).toEqual([{ status: null, requestId: null, milliseconds: expect.any(Number) }]);
});

test("of each answer the status, the request's id and the duration are told", async () => {
  await using api = await serveTestApi();
  const answered: Answered[] = [];
  await run(
    createFetcher(api.url, (answer) => answered.push(answer)),
    { query: "{ task }" },
  );
  expect(answered).toEqual([{ status: 200, requestId: "r-1", milliseconds: expect.any(Number) }]);
  expect(answered[0]!.milliseconds).toBeGreaterThanOrEqual(0);
});

test("an answer without an id of its request, and of another status, is told of as well", async () => {
  await using api = await serveTestApi({ answer: (_, response) => response.writeHead(503).end() });
  const answered: Answered[] = [];
  await run(
    createFetcher(api.url, (answer) => answered.push(answer)),
    { query: "{ task }" },
  );
  expect(answered).toMatchObject([{ status: 503, requestId: null }]);
});

/** Asks as GraphiQL does, and gives back what it shows. */
async function run(fetcher: Fetcher, parameters: Parameters<Fetcher>[0], headers?: Record<string, string>) {
  const answers = await fetcher(parameters, { headers, documentAST: parse(parameters.query) });
  const shown: unknown[] = [];
  for await (const answer of answers as AsyncIterable<unknown>) shown.push(JSON.parse(formatResult(answer)));
  expect(shown).toHaveLength(1);
  return shown[0];
}

/** An address at which nothing listens any more. */
async function nobody(): Promise<string> {
  await using api = await serveTestApi();
  return api.url;
}
