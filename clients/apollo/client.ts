/** Apollo Client: its set-up for this API, and what an app asks and changes. */

import { type ApolloCache, ApolloClient, ApolloLink, HttpLink, InMemoryCache, type Reference } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { RetryLink } from "@apollo/client/link/retry";
import { offsetLimitPagination, relayStylePagination } from "@apollo/client/utilities";
import { tap } from "rxjs";

import { graphql } from "./generated";
import type { CreateTaskInput, TaskFilter, TaskPatch } from "./generated/graphql";
import possibleTypes from "./generated/possibleTypes";

export function createClient(url: string, fetch = globalThis.fetch) {
  const list = ["filter", "orderBy"];
  const cache = new InMemoryCache({
    // Which types are a UserError or a Node: without it `... on UserError` is a guess.
    possibleTypes: possibleTypes.possibleTypes,
    typePolicies: {
      Query: {
        fields: {
          tasks: offsetLimitPagination(list),
          categories: offsetLimitPagination(list),
          tags: offsetLimitPagination(list),
          tasksConnection: relayStylePagination(list),
          categoriesConnection: relayStylePagination(list),
          tagsConnection: relayStylePagination(list),
        },
      },
      Category: { fields: { tasksConnection: relayStylePagination(list) } },
      Tag: { fields: { tasksConnection: relayStylePagination(list) } },
    },
  });
  const retry = new RetryLink({
    attempts: {
      max: 3,
      // Who gets no answer does not know whether it was done: a mutation is sent again only if it has a key for that.
      retryIf: (_error, { operationType, variables }) =>
        operationType === "query" || variables["idempotencyKey"] != null,
    },
  });
  // RetryLink looks at what is thrown only.
  const unavailable = new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      tap((answer) => {
        const errors = "errors" in answer ? answer.errors : undefined;
        if (errors?.some(({ extensions }) => extensions?.["code"] === "UNAVAILABLE"))
          throw new CombinedGraphQLErrors(answer);
      }),
    ),
  );
  return new ApolloClient({ cache, link: ApolloLink.from([retry, unavailable, new HttpLink({ uri: url, fetch })]) });
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

/** The next page: `fetchMore({ variables: { offset: data.tasks.length } })`. */
export const Tasks = graphql(`
  query Tasks($filter: TaskFilter, $limit: Int = 20, $offset: Int = 0) {
    tasks(filter: $filter, limit: $limit, offset: $offset) {
      id
      ...TaskRow
    }
  }
`);

/** The next page: `fetchMore({ variables: { after: data.tasksConnection.pageInfo.endCursor } })`. */
export const TaskPages = graphql(`
  query TaskPages($filter: TaskFilter, $first: Int = 20, $after: String) {
    tasksConnection(filter: $filter, first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          ...TaskRow
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
      totalCount
    }
  }
`);

const CreateTask = graphql(`
  mutation CreateTask($input: CreateTaskInput!, $idempotencyKey: String) {
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

const UpdateTask = graphql(`
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

const DeleteTask = graphql(`
  mutation DeleteTask($id: ID!) {
    deleteTask(id: $id) {
      __typename
      ... on DeleteTaskSuccess {
        deletedId
      }
      ...Refusal
    }
  }
`);

const DeleteTasks = graphql(`
  mutation DeleteTasks($where: TaskSelection!, $atMost: Int = 50) {
    deleteTasks(where: $where, atMost: $atMost) {
      __typename
      ... on DeleteTasksSuccess {
        deletedIds
      }
      ...Refusal
    }
  }
`);

/** Make the key when the user presses the button, not when a request is sent: the same key is the same task. */
export function createTask(client: ApolloClient, input: CreateTaskInput, idempotencyKey: string = crypto.randomUUID()) {
  return client.mutate({
    mutation: CreateTask,
    variables: { input, idempotencyKey },
    update(cache, { data }) {
      if (data?.createTask?.__typename === "TaskSuccess") forgetLists(cache);
    },
  });
}

/** The answer, and the one in a conflict too, has the task's id: whatever shows this task shows the change. */
export function updateTask(client: ApolloClient, id: string, patch: TaskPatch, expectedVersion?: number) {
  return client.mutate({
    mutation: UpdateTask,
    variables: { id, patch, expectedVersion },
    update(cache, { data }) {
      // A description moves a task in no list but a search.
      const moved = Object.keys(patch).some((field) => field !== "description");
      if (moved && data?.updateTask?.__typename === "TaskSuccess") forgetLists(cache);
    },
  });
}

export function deleteTask(client: ApolloClient, id: string) {
  return client.mutate({
    mutation: DeleteTask,
    variables: { id },
    update(cache, { data }) {
      if (data?.deleteTask?.__typename === "DeleteTaskSuccess") forget(cache, [data.deleteTask.deletedId]);
    },
  });
}

/** Deletes all that match, or none: more than `atMost` of them are a refusal. */
export function deleteTasks(client: ApolloClient, filter: TaskFilter, atMost?: number) {
  return client.mutate({
    mutation: DeleteTasks,
    variables: { where: { filter }, atMost },
    update(cache, { data }) {
      if (data?.deleteTasks?.__typename === "DeleteTasksSuccess") forget(cache, data.deleteTasks.deletedIds);
    },
  });
}

/** Which lists a task is in, and where, only the server knows: those that are shown are asked for again. */
function forgetLists(cache: ApolloCache) {
  cache.evict({ id: "ROOT_QUERY", fieldName: "tasks" });
  cache.evict({ id: "ROOT_QUERY", fieldName: "tasksConnection" });
}

/** What the cache keeps of a connection, all pages together. */
type CachedConnection = { edges: { node: Reference }[]; totalCount?: number };

function forget(cache: ApolloCache, ids: string[]) {
  cache.modify<{ tasks: Reference[]; tasksConnection: CachedConnection }>({
    fields: {
      // Plain lists are paged by place: a place kept for a deleted task would make the next page overwrite another.
      tasks: (tasks, { readField }) => tasks.filter((task) => !ids.includes(readField("id", task) ?? "")),
      tasksConnection(list, { readField, isReference, DELETE }) {
        if (isReference(list)) return list;
        const edges = list.edges.filter(({ node }) => !ids.includes(readField("id", node) ?? ""));
        const { totalCount } = list;
        if (totalCount === undefined) return { ...list, edges };
        // Whether those that are not among the edges were on a page to come only the server knows.
        const removed = list.edges.length - edges.length;
        if (removed < ids.length && list.edges.length < totalCount) return DELETE;
        return { ...list, edges, totalCount: totalCount - removed };
      },
    },
  });
  for (const id of ids) cache.evict({ id: cache.identify({ __typename: "Task", id }) });
  cache.gc();
}
