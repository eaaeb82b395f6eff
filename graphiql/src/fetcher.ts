/** How operations get to the API: subscriptions on a connection of their own, everything else by HTTP. */

import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { getOperationAST } from "graphql";

import { introspecting } from "./introspection";
import { readableFetch, type Answered } from "./http";
import { subscribe } from "./subscription";

export function createFetcher(url: string, onAnswer: (answered: Answered) => void = () => {}): Fetcher {
  const fetch = readableFetch(onAnswer);
  const byHttp = createGraphiQLFetcher({ url, fetch });
  // What the page asks for itself is not told: nobody has run it.
  const introspect = introspecting(createGraphiQLFetcher({ url, fetch: readableFetch(() => {}) }));
  return (parameters, options) => {
    if (parameters.operationName === "IntrospectionQuery") return introspect(parameters, options);
    const operation = options?.documentAST && getOperationAST(options.documentAST, parameters.operationName);
    if (operation?.operation !== "subscription") return byHttp(parameters, options);
    const request = { ...parameters, operationName: parameters.operationName ?? undefined };
    return subscribe({ url, headers: options?.headers, fetch }, request);
  };
}
