/** An API to test the fetcher against: it listens, and tells what has reached it. */

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { json } from "node:stream/consumers";

import { graphql, GraphQLError, GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString } from "graphql";
import { createHandler } from "graphql-sse/lib/use/http";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export interface Options {
  /** What becomes of a request for a WebSocket, or of one that is open. */
  sockets?: "served" | "forbidden" | "refused" | "unanswered";
  /** Answers in place of the schema. */
  answer?: Handler;
  /** Answers requests for server-sent events in place of the schema. */
  answerEvents?: Handler;
}

export interface TestApi extends AsyncDisposable {
  url: string;
  /** The headers of each request, but for events. */
  requests: IncomingHttpHeaders[];
  /** The headers of each request for server-sent events. */
  eventRequests: IncomingHttpHeaders[];
  /** What each WebSocket brought along when it was opened. */
  connectionParams: unknown[];
  /** Resolved when a subscription has no more events, or a WebSocket is left unanswered. */
  waiting: Promise<void>;
  /** Resolved when such a subscription was ended, or such a WebSocket given up. */
  ended: Promise<void>;
  /** The code with which the first WebSocket was closed. */
  closed: Promise<number | undefined>;
  /** Drops every connection, with an error or like a proxy that was restarted. */
  drop(how: "reset" | "end"): void;
}

export async function serveTestApi({ sockets = "served", answer, answerEvents }: Options = {}): Promise<TestApi> {
  const waiting = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number | undefined>();
  const schema = schemaOf(waiting.resolve, ended.resolve);
  const seen = {
    requests: [] as IncomingHttpHeaders[],
    eventRequests: [] as IncomingHttpHeaders[],
    connectionParams: [] as unknown[],
  };

  const handle = answer ?? handlerOf(schema);
  const handleEvents = answerEvents ?? createHandler({ schema });
  const server = createServer((request, response) => {
    const events = request.headers.accept === "text/event-stream";
    (events ? seen.eventRequests : seen.requests).push(request.headers);
    void (events ? handleEvents : handle)(request, response);
  });

  const webSockets = new WebSocketServer({ noServer: true });
  const onConnect = (context: { connectionParams?: unknown }) => {
    seen.connectionParams.push(context.connectionParams);
    return sockets !== "forbidden";
  };
  const onClose = (_: unknown, code?: number) => closed.resolve(code);
  useServer({ schema, onConnect, onClose }, webSockets);
  server.on("upgrade", (request, socket, head) => {
    if (sockets === "refused") {
      socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n");
    } else if (sockets === "unanswered") {
      socket.once("end", ended.resolve).resume();
      waiting.resolve();
    } else {
      webSockets.handleUpgrade(request, socket, head, (opened) => webSockets.emit("connection", opened, request));
    }
  });

  const connections = new Set<Socket>();
  server.on("connection", (connection) => connections.add(connection));

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    ...seen,
    waiting: waiting.promise,
    ended: ended.promise,
    closed: closed.promise,
    drop: (how) =>
      connections.forEach((connection) => (how === "end" ? connection.end() : connection.resetAndDestroy())),
    async [Symbol.asyncDispose]() {
      connections.forEach((connection) => connection.destroy());
      await new Promise((done) => server.close(done));
    },
  };
}

function handlerOf(schema: GraphQLSchema): Handler {
  return async (request, response) => {
    const { query, variables, operationName } = (await json(request)) as {
      query: string;
      variables?: Record<string, unknown>;
      operationName?: string;
    };
    const result = await graphql({ schema, source: query, variableValues: variables, operationName });
    response.writeHead(200, { "content-type": "application/json", "x-request-id": "r-1" }).end(JSON.stringify(result));
  };
}

function schemaOf(onWaiting: () => void, onEnd: () => void): GraphQLSchema {
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: "Query",
      fields: {
        hello: {
          type: GraphQLString,
          args: { name: { type: GraphQLString } },
          resolve: (_, { name }) => `Hello ${name}`,
        },
        task: { type: GraphQLString, resolve: fails },
      },
    }),
    mutation: new GraphQLObjectType({
      name: "Mutation",
      fields: { double: { type: GraphQLInt, args: { of: { type: GraphQLInt } }, resolve: (_, { of }) => of * 2 } },
    }),
    subscription: new GraphQLObjectType({
      name: "Subscription",
      fields: {
        count: { type: GraphQLInt, subscribe: countTo3, resolve: (event) => event },
        failing: { type: GraphQLInt, subscribe: countTo3, resolve: fails },
        endless: {
          type: GraphQLInt,
          args: { events: { type: GraphQLInt } },
          subscribe: (_, { events }) => endless(events, onWaiting, onEnd),
          resolve: (event) => event,
        },
      },
    }),
  });
}

function fails(): never {
  throw new GraphQLError("There is no such task.", { extensions: { code: "NOT_FOUND" } });
}

async function* countTo3() {
  yield* [1, 2, 3];
}

/** Some events, and no more. Unlike a generator, it can be ended while somebody waits for the next one. */
function endless(events: number, onWaiting: () => void, onEnd: () => void): AsyncIterableIterator<number, undefined> {
  let event = 0;
  return {
    async next() {
      if (event < events) return { done: false, value: ++event };
      onWaiting();
      return new Promise(() => {});
    },
    async return() {
      onEnd();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
