/** Subscriptions: by WebSocket or, where none can be opened, by server-sent events. */

import { GraphQLError, type ExecutionResult } from "graphql";
import { createClient as createEventClient, type RequestParams } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";

export interface Api {
  url: string;
  headers: Record<string, string> | undefined;
  fetch: typeof fetch;
}

/** The results as they come. `return()` ends the subscription at once. */
export function subscribe(api: Api, request: RequestParams): AsyncIterableIterator<ExecutionResult> {
  const stop = new AbortController();
  const results = receive(api, request, stop.signal);
  const done = { done: true, value: undefined } as const;
  return {
    next: async () => (stop.signal.aborted ? done : results.next()),
    // Not the generator's own, which would wait for the next event before it ends anything. There may be none.
    async return() {
      stop.abort();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* receive(api: Api, request: RequestParams, signal: AbortSignal): AsyncGenerator<ExecutionResult> {
  let opened = false;
  try {
    yield* bySocket(api, request, signal, () => (opened = true));
    return;
  } catch (error) {
    if (signal.aborted) return;
    // A proxy in between may not let WebSockets through. Once one was open it is the API that speaks.
    if (opened) {
      yield { errors: errorsOf(error) };
      return;
    }
  }
  yield* byEvents(api, request, signal);
}

async function* bySocket(
  { url, headers }: Api,
  request: RequestParams,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<ExecutionResult> {
  let connected = false;
  const client = createSocketClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: headers,
    retryAttempts: 0,
    on: { opened: onOpen, connected: () => (connected = true) },
  });
  const results = client.iterate(request);
  signal.addEventListener("abort", () => {
    void results.return?.();
    if (!connected) client.terminate(); // which would otherwise wait until it is
  });
  yield* results as AsyncIterable<ExecutionResult>;
}

async function* byEvents(
  { url, headers, fetch }: Api,
  request: RequestParams,
  signal: AbortSignal,
): AsyncGenerator<ExecutionResult> {
  let refused: Response | undefined;
  const client = createEventClient({
    url,
    headers,
    retryAttempts: 0,
    fetchFn: async (input: string, init: RequestInit) => {
      const response = await fetch(input, init);
      if (response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
      refused = response;
      throw new Error("There are no events in the answer.");
    },
  });
  const results = client.iterate(request);
  signal.addEventListener("abort", () => void results.return?.());
  try {
    yield* results as AsyncIterable<ExecutionResult>;
  } catch (error) {
    yield refused ? ((await refused.json()) as ExecutionResult) : { errors: errorsOf(error) };
  }
}

/** The API's own errors as they are; of anything else, what can be read. */
function errorsOf(error: unknown): readonly GraphQLError[] {
  return Array.isArray(error) ? error : [new GraphQLError(reasonOf(error))];
}

function reasonOf(error: unknown): string {
  // 1006 is the browser's word for a connection that ended without one of the API.
  if (error instanceof CloseEvent && error.code !== 1006)
    return `The API closed the WebSocket: ${error.code} ${error.reason}`.trim();
  const lost = "The connection to the API was lost";
  return error instanceof Error ? `${lost}: ${error.message}` : `${lost}.`;
}
