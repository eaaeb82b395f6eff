/**
 * Sees to it that what is run is what stands in the editor.
 *
 * GraphiQL reads the document a moment after each change. Who pastes an operation and runs it at once would send it with
 * the name of the one before, and the API would say that there is no such operation.
 */

import type { Fetcher } from "@graphiql/toolkit";
import { Kind, parse, type DocumentNode } from "graphql";

export function current(fetcher: Fetcher): Fetcher {
  return (parameters, options) => {
    const document = read(parameters.query);
    if (document === null) return fetcher(parameters, options);
    const named = document.definitions.some(
      (each) => each.kind === Kind.OPERATION_DEFINITION && each.name?.value === parameters.operationName,
    );
    const operationName = named ? parameters.operationName : undefined;
    return fetcher({ ...parameters, operationName }, { ...options, documentAST: document });
  };
}

/** What cannot be read is for the API to say. */
function read(query: string): DocumentNode | null {
  try {
    return parse(query);
  } catch {
    return null;
  }
}
