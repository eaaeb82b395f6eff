/** urql with its normalized cache: its set-up for this API, and what an app asks and changes. */

import { Client, fetchExchange, stringifyVariables } from "@urql/core";
import { cacheExchange, type Cache, type FieldInfo } from "@urql/exchange-graphcache";
import { relayPagination, simplePagination } from "@urql/exchange-graphcache/extras";
import { retryExchange } from "@urql/exchange-retry";

import { graphql } from "./generated";
import type {
  CreateTaskMutation,
  DeleteTaskMutation,
  DeleteTasksMutation,
  TaskCountQueryVariables,
  TaskPatch,
  UpdateTaskMutation,
} from "./generated/graphql";
import schema from "./generated/introspection";

export function createClient(url: string, fetch = globalThis.fetch) {
  const offsetPagination = simplePagination({ offsetArgument: "offset", limitArgument: "limit" });
  const cache = cacheExchange({
    // Which types are a UserError or a Node, and what may be null: without it `... on UserError` is a guess.
    schema,
    resolvers: {
      Query: {
        tasks: offsetPagination,
        categories: offsetPagination,
        tags: offsetPagination,
        tasksConnection: relayPagination(),
        categoriesConnection: relayPagination(),
        tagsConnection: relayPagination(),
      },
      Category: { tasksConnection: relayPagination() },
      Tag: { tasksConnection: relayPagination() },
    },
    updates: {
      Mutation: {
        createTask({ createTask }: CreateTaskMutation, _args, cache) {
          if (createTask?.__typename === "TaskSuccess") forgetLists(cache);
        },
        updateTask({ updateTask }: UpdateTaskMutation, { patch }, cache) {
          // A description moves a task in no list but a search.
          const moved = Object.keys(patch as TaskPatch).some((field) => field !== "description");
          if (moved && updateTask?.__typename === "TaskSuccess") forgetLists(cache);
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
    retryIf: ({ networkError, graphQLErrors }, { kind, variables }) =>
      (networkError !== undefined || graphQLErrors.some(({ extensions }) => extensions["code"] === "UNAVAILABLE")) &&
      (kind === "query" || variables?.["idempotencyKey"] != null),
  });
  return new Client({ url, fetch, exchanges: [cache, retry, fetchExchange] });
}

function taskLists(cache: Cache) {
  return cache.inspectFields("Query").filter(
    // One that was forgotten, and is shown no more, is still among the fields.
    ({ fieldName, fieldKey }) =>
      ["tasks", "tasksConnection"].includes(fieldName) && cache.resolve("Query", fieldKey) != null,
  );
}

/** Which lists a task is in, and where, only the server knows: those that are shown are asked for again. */
function forgetLists(cache: Cache) {
  for (const { fieldKey } of taskLists(cache)) cache.invalidate("Query", fieldKey);
}

function forget(cache: Cache, ids: string[]) {
  const deleted = new Set(ids.map((id) => cache.keyOfEntity({ __typename: "Task", id })));
  const lists = Map.groupBy(taskLists(cache), ({ fieldName, arguments: args }) =>
    stringifyVariables({ fieldName, filter: args?.["filter"], orderBy: args?.["orderBy"] }),
  );
  for (const pages of lists.values()) {
    if (pages[0]?.fieldName === "tasks") forgetInPages(cache, pages, deleted);
    else forgetInConnection(cache, pages, deleted);
  }
  for (const id of ids) cache.invalidate({ __typename: "Task", id });
}

function forgetInPages(cache: Cache, pages: FieldInfo[], deleted: Set<string | null>) {
  for (const { fieldKey } of pages) {
    const tasks = cache.resolve("Query", fieldKey) as string[];
    cache.link(
      "Query",
      fieldKey,
      tasks.filter((task) => !deleted.has(task)),
    );
  }
}

function forgetInConnection(cache: Cache, pages: FieldInfo[], deleted: Set<string | null>) {
  const shown = new Set<string>();
  const kept = new Set<string>();
  for (const { fieldKey } of pages) {
    const page = cache.resolve("Query", fieldKey) as string;
    const edges = cache.resolve(page, "edges") as string[];
    const left = edges.filter((edge) => !deleted.has(cache.resolve(edge, "node") as string));
    for (const edge of edges) shown.add(cache.resolve(edge, "node") as string);
    for (const edge of left) kept.add(cache.resolve(edge, "node") as string);
    cache.link(page, "edges", left);
  }
  const removed = shown.size - kept.size;
  for (const { fieldKey, arguments: args } of pages) {
    const count = { query: TaskCount, variables: args as TaskCountQueryVariables };
    const total = cache.readQuery(count)?.tasksConnection.totalCount;
    if (total === undefined) continue;
    // Whether those that are not among the edges were on a page to come only the server knows.
    if (removed < deleted.size && shown.size < total) cache.invalidate("Query", fieldKey);
    else {
      cache.updateQuery(
        count,
        (data) => data && { tasksConnection: { ...data.tasksConnection, totalCount: total - removed } },
      );
    }
  }
}

const TaskCount = graphql(`
  query TaskCount(
    $filter: TaskFilter
    $orderBy: [TaskOrder!]
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    tasksConnection(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
    }
  }
`);

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
