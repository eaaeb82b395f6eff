import assert from "node:assert";

import { type AnyVariables, type TypedDocumentNode } from "@urql/core";
import { beforeEach, expect, test } from "vitest";

import * as api from "../testing/api";
import {
  createClient,
  CreateTask,
  DeleteTask,
  DeleteTasks,
  Refusal,
  TaskPages,
  TaskRow,
  Tasks,
  UpdateTask,
} from "./client";
import { graphql, unmask } from "./generated";

const network = api.network();
let client = createClient(api.url, network.fetch);

beforeEach(() => {
  client = createClient(api.url, network.fetch);
});

/** What a component with this query shows, whenever it is asked. */
async function watch<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) {
  let data: Data | undefined;
  client.query(query, variables).subscribe((result) => {
    assert.equal(result.error, undefined);
    data = result.data;
  });
  await expect.poll(() => data).toBeDefined();
  return () => {
    assert(data);
    return data;
  };
}

async function watchTasks(filter: object, limit: number, offset = 0) {
  const shown = await watch(Tasks, { filter, limit, offset });
  return { shown, titles: () => shown().tasks.map((task) => unmask(TaskRow, task).title) };
}

async function watchPages(filter: object, first: number, after?: string | null) {
  const shown = await watch(TaskPages, { filter, first, after });
  const titles = () => shown().tasksConnection.edges.map(({ node }) => unmask(TaskRow, node).title);
  return { shown, titles };
}

test("a refusal is data, whatever its type", async () => {
  const { data } = await client.mutation(CreateTask, { input: { title: " " }, idempotencyKey: "a" });
  assert(data?.createTask && data.createTask.__typename !== "TaskSuccess");
  expect(unmask(Refusal, data.createTask)).toMatchObject({
    code: "INVALID",
    problems: [{ path: ["input", "title"], code: "BLANK" }],
  });
});

test("a change shows wherever the task is shown, without another request", async () => {
  const { filter, tasks } = await api.category("Water the plants", "Buy bread");
  const list = await watchTasks(filter, 10);
  const pages = await watchPages(filter, 10);
  const before = network.requests;

  await client.mutation(UpdateTask, { id: tasks[0].id, patch: { description: "Not the cactus" } });

  const [row, edge] = [list.shown().tasks[1], pages.shown().tasksConnection.edges[1]];
  assert(row && edge);
  expect(unmask(TaskRow, row).description).toBe("Not the cactus");
  expect(unmask(TaskRow, edge.node).description).toBe("Not the cactus");
  expect(network.requests).toBe(before + 1);
});

test("a task that is done leaves the lists of open tasks", async () => {
  const { filter, tasks } = await api.category("1", "2", "3");
  const open = { ...filter, completed: false };
  const list = await watchTasks(open, 10);
  const pages = await watchPages(open, 10);

  await client.mutation(UpdateTask, { id: tasks[1].id, patch: { completed: true } });

  await expect.poll(list.titles).toEqual(["3", "1"]);
  await expect.poll(pages.titles).toEqual(["3", "1"]);
  expect(pages.shown().tasksConnection.totalCount).toBe(2);
});

test("a conflict brings what somebody else has changed, and overwrites nothing", async () => {
  const { id, filter, tasks } = await api.category("Book");
  const list = await watchTasks(filter, 10);
  await api.rename(tasks[0].id, "Book by Ada");

  const { data } = await client.mutation(UpdateTask, {
    id: tasks[0].id,
    patch: { title: "Mine" },
    expectedVersion: tasks[0].version,
  });

  expect(data?.updateTask?.__typename).toBe("VersionConflictError");
  expect(list.titles()).toEqual(["Book by Ada"]);
  expect(await api.titles(id)).toEqual(["Book by Ada"]);
});

test("a deleted task leaves every list, and no page loses or repeats another", async () => {
  const { filter, tasks } = await api.category("1", "2", "3", "4", "5", "6", "7");
  const list = await watchTasks(filter, 3);
  const pages = await watchPages(filter, 3);

  await client.mutation(DeleteTask, { id: tasks[5].id });
  expect(list.titles()).toEqual(["7", "5"]);
  expect(pages.titles()).toEqual(["7", "5"]);
  expect(pages.shown().tasksConnection.totalCount).toBe(6);

  const more = await watchTasks(filter, 3, list.titles().length);
  await expect.poll(more.titles).toEqual(["7", "5", "4", "3", "2"]);
  const next = await watchPages(filter, 3, pages.shown().tasksConnection.pageInfo.endCursor);
  await expect.poll(next.titles).toEqual(["7", "5", "4", "3", "2"]);
});

test("a task that is deleted before its page was shown is counted no more", async () => {
  const { filter, tasks } = await api.category("1", "2", "3");
  const pages = await watchPages(filter, 2);

  await client.mutation(DeleteTask, { id: tasks[0].id });

  await expect.poll(() => pages.shown().tasksConnection.totalCount).toBe(2);
  expect(pages.titles()).toEqual(["3", "2"]);
});

test("tasks that are deleted together leave every list, and too many of them are a refusal", async () => {
  const { filter } = await api.category("1a", "2a", "3", "4a");
  const list = await watchTasks(filter, 10);
  const pages = await watchPages(filter, 10);
  const where = { filter: { ...filter, title: { endsWith: "a" } } };

  const refused = await client.mutation(DeleteTasks, { where, atMost: 2 });
  expect(refused.data?.deleteTasks?.__typename).toBe("TooManyError");
  expect(list.titles()).toEqual(["4a", "3", "2a", "1a"]);

  await client.mutation(DeleteTasks, { where, atMost: 3 });
  expect(list.titles()).toEqual(["3"]);
  expect(pages.titles()).toEqual(["3"]);
});

test("pages by cursor stay whole while others add tasks", async () => {
  const { id, filter } = await api.category("1", "2", "3");
  const { shown } = await watchPages(filter, 2);
  expect(shown().tasksConnection).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });

  await api.add(id, "4");
  const next = await watchPages(filter, 2, shown().tasksConnection.pageInfo.endCursor);

  await expect.poll(next.titles).toEqual(["3", "2", "1"]);
  expect(next.shown().tasksConnection).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: false } });
});

const CategoryPages = graphql(`
  query CategoryPages($id: ID!, $first: Int!, $after: String) {
    category(by: { id: $id }) {
      id
      tasksConnection(first: $first, after: $after) {
        edges {
          cursor
          node {
            id
            title
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

test("pages of a category's own tasks are put together too", async () => {
  const { id } = await api.category("1", "2", "3");
  const shown = await watch(CategoryPages, { id, first: 2 });

  const after = shown().category?.tasksConnection.pageInfo.endCursor;
  const next = await watch(CategoryPages, { id, first: 2, after });

  const titles = () => next().category?.tasksConnection.edges.map(({ node }) => node.title);
  await expect.poll(titles).toEqual(["3", "2", "1"]);
});

test("a new task appears in the lists that are shown", async () => {
  const { id, filter } = await api.category("1");
  const list = await watchTasks(filter, 10);
  const pages = await watchPages(filter, 10);

  await client.mutation(CreateTask, { input: { title: "2", category: { id } }, idempotencyKey: crypto.randomUUID() });

  await expect.poll(list.titles).toEqual(["2", "1"]);
  await expect.poll(pages.titles).toEqual(["2", "1"]);
});

test("a task is created once, though its answer was lost", async () => {
  const { id } = await api.category();
  network.lose = 1;

  const { data } = await client.mutation(CreateTask, {
    input: { title: "Once", category: { id } },
    idempotencyKey: crypto.randomUUID(),
  });

  expect(data?.createTask).toMatchObject({ __typename: "TaskSuccess", replayed: true });
  expect(await api.titles(id)).toEqual(["Once"]);
});

test("a change without a key is not sent twice", async () => {
  const { tasks } = await api.category("Old");
  network.lose = 1;
  const before = network.requests;

  const { error } = await client.mutation(UpdateTask, { id: tasks[0].id, patch: { title: "New" } });

  expect(error?.networkError?.message).toBe("fetch failed");
  expect(network.requests).toBe(before + 1);
});

test("what the server had no capacity for, and what a proxy answered, is asked again if it is safe", async () => {
  const { id, filter, tasks } = await api.category("1");
  network.busy = network.down = 1;
  expect((await client.query(Tasks, { filter })).data?.tasks).toHaveLength(1);

  network.busy = network.down = 1;
  await client.mutation(CreateTask, { input: { title: "2", category: { id } }, idempotencyKey: crypto.randomUUID() });
  expect(await api.titles(id)).toEqual(["2", "1"]);

  network.busy = 1;
  const { error } = await client.mutation(UpdateTask, { id: tasks[0].id, patch: { title: "New" } });
  expect(error?.graphQLErrors[0]?.extensions).toEqual({ code: "UNAVAILABLE" });
  expect(await api.titles(id)).toEqual(["2", "1"]);
});

test("searching as one types ends with what was typed last", async () => {
  const { filter } = await api.category("Water the plants", "Wash the car", "Call grandma");
  let shown: string[] | undefined;
  let query: { unsubscribe: () => void } | undefined;

  for (const search of ["w", "wa", "wat"]) {
    query?.unsubscribe(); // what was overtaken is aborted
    query = client.query(Tasks, { filter: { ...filter, search } }).subscribe(({ data }) => {
      shown = data?.tasks.map((task) => unmask(TaskRow, task).title);
    });
  }

  await expect.poll(() => shown).toEqual(["Water the plants"]);
});
