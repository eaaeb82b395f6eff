/** No library: a typed request by fetch, and what an app asks and changes. */

import { graphql } from "./generated";
import type { TypedDocumentString } from "./generated/graphql";

/** The server's answer, typed by the document. Throws what is in `errors[]`; what a user can act on is in the data. */
export async function request<Data, Variables>(
  url: string,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options: { signal?: AbortSignal; fetch?: typeof globalThis.fetch } = {},
): Promise<Data> {
  const { signal, fetch = globalThis.fetch } = options;
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query: document, variables }),
    ...(signal && { signal }),
  });
  const { data, errors } = (await response.json()) as { data?: Data; errors?: ApiError[] };
  if (errors?.[0] !== undefined || data == null) throw new RequestError(errors ?? []);
  return data;
}

type ApiError = { message: string; path?: (string | number)[]; extensions?: { code?: string } };

export class RequestError extends Error {
  readonly codes: (string | undefined)[];

  constructor(errors: ApiError[]) {
    super(errors.map(({ message }) => message).join("\n"));
    this.codes = errors.map(({ extensions }) => extensions?.code);
  }
}

/** Asks again when no answer came, or a proxy's, or the server had no capacity: for queries, and mutations with a key. */
export async function retried<Data>(ask: () => Promise<Data>, attempts = 3, delay = 300): Promise<Data> {
  try {
    return await ask();
  } catch (error) {
    const noAnswer = error instanceof TypeError || error instanceof SyntaxError; // no JSON: not the API's
    const again = noAnswer || (error instanceof RequestError && error.codes.includes("UNAVAILABLE"));
    if (!again || attempts === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())));
    return retried(ask, attempts - 1, delay * 2);
  }
}

export const TaskRow = graphql(`
  fragment TaskRow on Task {
    id
    title
    description
    completed
    version
    category {
      id
      name
    }
    tags {
      id
      name
    }
  }
`);

/** Whatever a mutation refuses: a message to show, and for a form the path of each value. */
export const Refusal = graphql(`
  fragment Refusal on UserError {
    code
    message
    path
    ... on ValidationError {
      problems {
        path
        code
        message
      }
    }
  }
`);

export const TaskPages = graphql(`
  query TaskPages($filter: TaskFilter, $orderBy: [TaskOrder!], $first: Int = 20, $after: String) {
    tasksConnection(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes {
        id
        ...TaskRow
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CreateTask = graphql(`
  mutation CreateTask($input: CreateTaskInput!, $idempotencyKey: String!) {
    createTask(input: $input, idempotencyKey: $idempotencyKey) {
      __typename
      ... on TaskSuccess {
        task {
          id
          ...TaskRow
        }
        replayed
      }
      ...Refusal
    }
  }
`);

export const UpdateTask = graphql(`
  mutation UpdateTask($id: ID!, $patch: TaskPatch!, $expectedVersion: Int) {
    updateTask(id: $id, patch: $patch, expectedVersion: $expectedVersion) {
      __typename
      ... on TaskSuccess {
        task {
          id
          ...TaskRow
        }
      }
      ... on VersionConflictError {
        current {
          __typename
          id
          ...TaskRow
        }
      }
      ...Refusal
    }
  }
`);
