/** Relay's set-up for this API: a store, and a network that tries again where that is safe. */

import {
  Environment,
  Network,
  RecordSource,
  Store,
  type FetchFunction,
  type GraphQLSingularResponse,
} from "relay-runtime";

type Answer = GraphQLSingularResponse & { errors?: { extensions?: { code?: string } }[] };

export function createEnvironment(url: string, fetch = globalThis.fetch) {
  const ask: FetchFunction = async ({ text, operationKind }, variables) => {
    const body = JSON.stringify({ query: text, variables });
    // Who gets no answer does not know whether it was done: a mutation is sent again only if it has a key for that.
    const attempts = operationKind === "query" || variables["idempotencyKey"] != null ? 3 : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
        const answer = (await response.json()) as Answer;
        const unavailable = answer.errors?.some(({ extensions }) => extensions?.code === "UNAVAILABLE");
        if (!unavailable || attempt === attempts) return answer;
      } catch (error) {
        if (attempt === attempts) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** attempt * Math.random()));
    }
  };
  return new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
}
