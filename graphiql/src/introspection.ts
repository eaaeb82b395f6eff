/** Says once what follows when the API does not tell its schema, in place of an error for each field that asks for it. */

import type { Fetcher } from "@graphiql/toolkit";
import { GraphQLError } from "graphql";

const OFF =
  "Introspection is off here (GQL_API_INTROSPECTION): there is no completion and no documentation. Operations run.";

export function introspecting(fetcher: Fetcher): Fetcher {
  return async (parameters, options) => {
    const answer: unknown = await fetcher(parameters, options);
    return isRefusal(answer) ? { errors: [new GraphQLError(OFF)] } : (answer as never);
  };
}

function isRefusal(answer: unknown): boolean {
  const errors = (answer as { errors?: { message?: string }[] } | null)?.errors ?? [];
  return errors.some(({ message }) => message?.includes("introspection has been disabled"));
}
