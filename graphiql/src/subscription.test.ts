/** Subscriptions against an API that listens, on both transports: events, errors, and that they end when they are stopped. */

import { formatResult } from "@graphiql/toolkit";
import { parse } from "graphql";
import { afterEach, describe, expect, test, vi } from "vitest";

import { createFetcher } from "./fetcher";
import { serveTestApi, type TestApi } from "./fetcher.test.server";
import type { Answered } from "./http";

const COUNTED = [{ data: { count: 1 } }, { data: { count: 2 } }, { data: { count: 3 } }];
const FAILED = {
  data: { failing: null },
  errors: [
    {
      message: "There is no such task.",
      path: ["failing"],
      locations: [{ line: 1, column: 16 }],
      extensions: { code: "NOT_FOUND" },
    },
  ],
};

afterEach(() => vi.unstubAllGlobals());

describe.each([
  { transport: "WebSocket", sockets: "served" },
  { transport: "server-sent events, where WebSockets are refused", sockets: "refused" },
] as const)("by $transport", ({ sockets }) => {
  test("events are shown as they come, to the last one", async () => {
    await using api = await serveTestApi({ sockets });
    expect(await all(subscription(api, "subscription { count }"))).toEqual(COUNTED);
    expect(api.eventRequests).toHaveLength(sockets === "refused" ? 1 : 0);
  });

  test("of several operations the named one runs", async () => {
    await using api = await serveTestApi({ sockets });
    const query = "query Hello { hello } subscription Never { endless } subscription Count { count }";
    expect(await all(subscription(api, query, { operationName: "Count" }))).toEqual(COUNTED);
  });

  test("variables go along", async () => {
    await using api = await serveTestApi({ sockets });
    const query = "subscription ($events: Int) { endless(events: $events) }";
    const events = subscription(api, query, { variables: { events: 1 } });
    expect(await events.next()).toEqual({ done: false, value: { data: { endless: 1 } } });
    await events.return!();
  });

  test("an event that fails is shown with the API's errors", async () => {
    await using api = await serveTestApi({ sockets });
    expect(await all(subscription(api, "subscription { failing }"))).toEqual([FAILED, FAILED, FAILED]);
    expect(api.eventRequests).toHaveLength(sockets === "refused" ? 1 : 0);
  });

  test("a subscription that the API refuses is shown with the API's errors", async () => {
    await using api = await serveTestApi({ sockets });
    expect(await all(subscription(api, "subscription { nothing }"))).toEqual([
      {
        errors: [
          {
            message: 'Cannot query field "nothing" on type "Subscription".',
            locations: [{ line: 1, column: 16 }],
          },
        ],
      },
    ]);
    expect(api.eventRequests).toHaveLength(sockets === "refused" ? 1 : 0);
  });

  test.each(["reset", "end"] as const)(
    "a connection that is lost (%s) is told of in words, and not tried again",
    async (how) => {
      await using api = await serveTestApi({ sockets });
      const events = subscription(api, "subscription { endless(events: 1) }");
      await events.next();
      api.drop(how);
      expect(await all(events)).toEqual([
        { errors: [{ message: expect.stringMatching(/^The connection to the API was lost/) }] },
      ]);
      expect(api.connectionParams.length + api.eventRequests.length).toBe(1);
    },
  );

  test("stopping it while no event comes ends it at the API, and here", async () => {
    await using api = await serveTestApi({ sockets });
    const events = subscription(api, "subscription { endless(events: 0) }");
    const next = events.next();
    await api.waiting;
    expect(await events.return!()).toEqual({ done: true, value: undefined });
    await api.ended;
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("stopping it between two events ends it at the API, and shows no more of them", async () => {
    await using api = await serveTestApi({ sockets });
    const events = subscription(api, "subscription { endless(events: 3) }");
    await events.next();
    await api.waiting;
    await events.return!();
    await api.ended;
    expect(await all(events)).toEqual([]);
  });

  test("leaving the loop over its events ends it at the API", async () => {
    await using api = await serveTestApi({ sockets });
    for await (const _ of subscription(api, "subscription { endless(events: 1) }")) break;
    await api.ended;
  });
});

test("headers go with the WebSocket as its connection parameters", async () => {
  await using api = await serveTestApi();
  await all(subscription(api, "subscription { count }", { headers: { authorization: "Bearer 1" } }));
  expect(api.connectionParams).toEqual([{ authorization: "Bearer 1" }]);
});

test("headers go with the request for server-sent events", async () => {
  await using api = await serveTestApi({ sockets: "refused" });
  await all(subscription(api, "subscription { count }", { headers: { authorization: "Bearer 1" } }));
  expect(api.eventRequests).toMatchObject([{ authorization: "Bearer 1" }]);
});

test("the WebSocket is closed after the last event", async () => {
  await using api = await serveTestApi();
  await all(subscription(api, "subscription { count }"));
  expect(await api.closed).toBe(1000);
});

test("the WebSocket is closed in the normal way when the subscription is stopped", async () => {
  await using api = await serveTestApi();
  const events = subscription(api, "subscription { endless(events: 1) }");
  await events.next();
  await events.return!();
  expect(await api.closed).toBe(1000);
});

test("a WebSocket that is lost without an error, as browsers lose it, is told of in the same words", async () => {
  vi.stubGlobal(
    "WebSocket",
    class extends WebSocket {
      override set onerror(_: WebSocket["onerror"]) {}
    },
  );
  await using api = await serveTestApi();
  const events = subscription(api, "subscription { endless(events: 1) }");
  await events.next();
  api.drop("end");
  expect(await all(events)).toEqual([{ errors: [{ message: "The connection to the API was lost." }] }]);
});

test("what the API closes an open WebSocket with is shown, and nothing else tried", async () => {
  await using api = await serveTestApi({ sockets: "forbidden" });
  expect(await all(subscription(api, "subscription { count }"))).toEqual([
    { errors: [{ message: "The API closed the WebSocket: 4403 Forbidden" }] },
  ]);
  expect(api.eventRequests).toEqual([]);
});

test("stopping it before the WebSocket is open gives it up, and tries nothing else", async () => {
  await using api = await serveTestApi({ sockets: "unanswered" });
  const events = subscription(api, "subscription { count }");
  const next = events.next();
  await api.waiting;
  await events.return!();
  await api.ended;
  expect(await next).toEqual({ done: true, value: undefined });
  expect(api.eventRequests).toEqual([]);
});

test("stopping it before the first of the server-sent events gives the request up, and tells of no answer", async () => {
  const waiting = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  await using api = await serveTestApi({
    sockets: "refused",
    answerEvents: (_, response) => {
      response.once("close", ended.resolve);
      waiting.resolve();
    },
  });
  const answered: Answered[] = [];
  const events = subscription(api, "subscription { count }", { answered });
  const next = events.next();
  await waiting.promise;
  await events.return!();
  await ended.promise;
  expect(await next).toEqual({ done: true, value: undefined });
  expect(answered).toEqual([]);
});

test("one that was stopped before it began does not begin", async () => {
  await using api = await serveTestApi();
  const events = subscription(api, "subscription { count }");
  await events.return!();
  expect(await all(events)).toEqual([]);
  expect(api.connectionParams).toEqual([]);
});

test("server-sent events with CR LF and comments, as Strawberry writes them, are read", async () => {
  await using api = await serveTestApi({
    sockets: "refused",
    answerEvents: (_, response) =>
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .end(
          ': ping\r\n\r\nevent: next\r\ndata: {"data": {"count": 1}}\r\n\r\n: ping\r\n\r\nevent: complete\r\ndata: \r\n\r\n',
        ),
  });
  expect(await all(subscription(api, "subscription { count }"))).toEqual([{ data: { count: 1 } }]);
});

test("where neither is served, the answer to the request for events is shown", async () => {
  await using api = await serveTestApi({
    sockets: "refused",
    answerEvents: (_, response) =>
      response
        .writeHead(401, { "content-type": "application/json", "x-request-id": "r-2" })
        .end('{"errors": [{"message": "Who are you?", "extensions": {"code": "UNAUTHENTICATED"}}]}'),
  });
  const answered: Answered[] = [];
  expect(await all(subscription(api, "subscription { count }", { answered }))).toEqual([
    { errors: [{ message: "Who are you?", extensions: { code: "UNAUTHENTICATED" } }] },
  ]);
  expect(answered).toMatchObject([{ status: 401, requestId: "r-2" }]);
});

test("where neither is served and the answer is no JSON, it is shown with its status", async () => {
  await using api = await serveTestApi({
    sockets: "refused",
    answerEvents: (_, response) => response.writeHead(405).end(),
  });
  expect(await all(subscription(api, "subscription { count }"))).toEqual([
    { errors: [{ message: "Method Not Allowed", extensions: { http: { status: 405 } } }] },
  ]);
});

test("an API that is not there is told of in words", async () => {
  const api = await serveTestApi();
  await api[Symbol.asyncDispose]();
  expect(await all(subscription(api, "subscription { count }"))).toEqual([
    { errors: [{ message: expect.stringMatching(/^The API does not answer: ./) }] },
  ]);
});

interface Asked {
  headers?: Record<string, string>;
  operationName?: string;
  variables?: Record<string, unknown>;
  /** Where to put what is told of answers. */
  answered?: Answered[];
}

/** Subscribes as GraphiQL does. */
function subscription(api: TestApi, query: string, { headers, answered, ...rest }: Asked = {}) {
  const fetcher = createFetcher(api.url, (answer) => answered?.push(answer));
  const events = fetcher({ query, ...rest }, { headers, documentAST: parse(query) });
  return (events as AsyncIterable<unknown>)[Symbol.asyncIterator]() as AsyncIterableIterator<unknown>;
}

/** What GraphiQL shows of the events, one after the other. */
async function all(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const shown: unknown[] = [];
  for await (const event of events) shown.push(JSON.parse(formatResult(event)));
  return shown;
}
