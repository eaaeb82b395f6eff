/** urql with its normalized cache: its set-up for this API, and what an app asks and changes. */

import { Client, fetchExchange } from "@urql/core";
import { cacheExchange, type Cache } from "@urql/exchange-graphcache";
import { relayPagination, simplePagination } from "@urql/exchange-graphcache/extras";
import { retryExchange } from "@urql/exchange-retry";

import { graphql } from "./generated";
import type { CreateTaskMutation, DeleteTaskMutation, DeleteTasksMutation } from "./generated/graphql";
import schema from "./generated/introspection";

export function createClient(url: string, fetch = globalThis.fetch) {
  const cache = cacheExchange({
    // Which types are a UserError or a Node, and what may be null: without it `... on UserError` is a guess.
    schema,
    resolvers: {
      Query: {
        tasks: simplePagination({ offsetArgument: "offset", limitArgument: "limit" }),
        tasksConnection: relayPagination(),
      },
    },
    updates: {
      Mutation: {
        createTask({ createTask }: CreateTaskMutation, _args, cache) {
          if (createTask?.__typename === "TaskSuccess") forgetLists(cache);
        },
        deleteTask({ deleteTask }: DeleteTaskMutation, _args, cache) {
          if (deleteTask?.__typename === "DeleteTaskSuccess") forget(cache, [deleteTask.deletedId]);
        },
        deleteTasks({ deleteTasks }: DeleteTasksMutation, _args, cache) {
          if (deleteTasks?.__typename === "DeleteTasksSuccess") forget(cache, deleteTasks.deletedIds);
        },
      },
    },
  });
  const retry = retryExchange({
    initialDelayMs: 300,
    maxNumberAttempts: 3,
    // Who gets no answer does not know whether it was done: a mutation is sent again only if it has a key for that.
    retryIf: ({ networkError }, { kind, variables }) =>
      networkError !== undefined && (kind === "query" || variables?.["idempotencyKey"] != null),
  });
  return new Client({ url, fetch, exchanges: [cache, retry, fetchExchange] });
}

function taskLists(cache: Cache) {
  return cache.inspectFields("Query").filter(({ fieldName }) => ["tasks", "tasksConnection"].includes(fieldName));
}

/** Which lists a new task is in, and where, only the server knows: those that are shown are asked for again. */
function forgetLists(cache: Cache) {
  for (const { fieldKey } of taskLists(cache)) cache.invalidate("Query", fieldKey);
}

function forget(cache: Cache, ids: string[]) {
  const deleted = new Set(ids.map((id) => cache.keyOfEntity({ __typename: "Task", id })));
  for (const { fieldName, fieldKey } of taskLists(cache)) {
    const list = cache.resolve("Query", fieldKey);
    if (fieldName === "tasks") {
      cache.link(
        "Query",
        fieldKey,
        (list as string[]).filter((task) => !deleted.has(task)),
      );
    } else {
      const edges = cache.resolve(list as string, "edges") as string[];
      cache.link(
        list as string,
        "edges",
        edges.filter((edge) => !deleted.has(cache.resolve(edge, "node") as string)),
      );
    }
  }
  for (const id of ids) cache.invalidate({ __typename: "Task", id });
}

export const TaskRow = graphql(`
  fragment TaskRow on Task {
    id
    title
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

/** The next page is the same query with `offset: data.tasks.length`; its answer has all pages. */
export const Tasks = graphql(`
  query Tasks($filter: TaskFilter, $limit: Int = 20, $offset: Int = 0) {
    tasks(filter: $filter, limit: $limit, offset: $offset) {
      id
      ...TaskRow
    }
  }
`);

/** The next page is the same query with `after: data.tasksConnection.pageInfo.endCursor`; its answer has all pages. */
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

/** Make the key when the user presses the button, not when a request is sent: the same key is the same task. */
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

/** The answer, and the one in a conflict too, has the task's id: whatever shows this task shows the change. */
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

export const DeleteTask = graphql(`
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

/** Deletes all that match, or none: more than `atMost` of them are a refusal. */
export const DeleteTasks = graphql(`
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
