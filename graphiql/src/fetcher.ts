/** How operations get to the API: by HTTP, subscriptions by WebSocket or, where that does not open, by server-sent events. */

import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { getOperationAST, type ExecutionResult } from "graphql";
import { createClient as createEventClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";

/** What is told of an answer besides what it says. */
export interface Answered {
  /** The HTTP status, or null when there was no answer at all. */
  status: number | null;
  milliseconds: number;
  /** The API's id of the request, to find it in its log by. */
  requestId: string | null;
}

type Parameters = Parameters_[0];
type Parameters_ = globalThis.Parameters<Fetcher>;
type Headers_ = Record<string, string> | undefined;

export function createFetcher(url: string, onAnswer: (answered: Answered) => void = () => {}): Fetcher {
  const byHttp = createGraphiQLFetcher({ url, fetch: (input, init) => readable(input, init, onAnswer) });
  return (parameters, options) => {
    const operation = options?.documentAST && getOperationAST(options.documentAST, parameters.operationName);
    const headers = options?.headers as Headers_;
    return operation?.operation === "subscription" ? subscribe(url, parameters, headers) : byHttp(parameters, options);
  };
}

/** Fetch, and make of whatever comes back, or does not, something that GraphiQL can show. */
async function readable(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  onAnswer: (answered: Answered) => void,
): Promise<Response> {
  const began = performance.now();
  const told = (status: number | null, requestId: string | null) =>
    onAnswer({ status, requestId, milliseconds: performance.now() - began });
  let response: Response;
  try {
    response = await fetch(input, init);
  } catch (error) {
    told(null, null);
    return Response.json({ errors: [{ message: `The API does not answer: ${(error as Error).message}` }] });
  }
  told(response.status, response.headers.get("x-request-id"));
  const type = response.headers.get("content-type") ?? "";
  if (/json|multipart/.test(type)) return response;
  // Not the API's words, or those of a request that it could not read: shown as they are.
  const message = (await response.text()).trim() || response.statusText || "There is nothing in the answer.";
  return Response.json({ errors: [{ message, extensions: { http: { status: response.status } } }] });
}

async function* subscribe(url: string, parameters: Parameters, headers: Headers_): AsyncGenerator<ExecutionResult> {
  const request = { ...parameters, operationName: parameters.operationName ?? undefined };
  let opened = false;
  const sockets = createSocketClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: headers,
    retryAttempts: 0,
    on: { opened: () => (opened = true) },
  });
  try {
    yield* sockets.iterate<ExecutionResult["data"] & {}>(request) as AsyncIterable<ExecutionResult>;
    return;
  } catch (error) {
    // A proxy in between may not let WebSockets through. Once one was open it is the API that speaks.
    if (opened) throw closed(error);
  } finally {
    await sockets.dispose();
  }
  const events = createEventClient({ url, headers, retryAttempts: 0 });
  try {
    yield* events.iterate(request) as AsyncIterable<ExecutionResult>;
  } finally {
    events.dispose();
  }
}

function closed(error: unknown): unknown {
  if (!(error instanceof CloseEvent)) return error;
  return new Error(`The API closed the WebSocket: ${error.code} ${error.reason}`.trim());
}
