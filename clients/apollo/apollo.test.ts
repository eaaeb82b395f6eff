import assert from "node:assert";

import type { ObservableQuery, OperationVariables } from "@apollo/client";
import { afterEach, expect, test } from "vitest";

import * as api from "../testing/api";
import {
  createClient,
  createTask,
  deleteTask,
  deleteTasks,
  Refusal,
  TaskPages,
  TaskRow,
  Tasks,
  updateTask,
} from "./client";
import { graphql, unmask } from "./generated";

const network = api.network();
const client = createClient(api.url, network.fetch);

afterEach(() => client.clearStore());

/** What a component that watches the query shows, whenever it is asked. */
async function watch<Data, Variables extends OperationVariables>(query: ObservableQuery<Data, Variables>) {
  query.subscribe({});
  await expect.poll(() => query.getCurrentResult().dataState).toBe("complete");
  return () => {
    const result = query.getCurrentResult();
    assert(result.dataState === "complete");
    return result.data;
  };
}

async function watchTasks(filter: object, limit: number) {
  const query = client.watchQuery({ query: Tasks, variables: { filter, limit } });
  const shown = await watch(query);
  return { query, shown, titles: () => shown().tasks.map((task) => unmask(TaskRow, task).title) };
}

async function watchPages(filter: object, first: number) {
  const query = client.watchQuery({ query: TaskPages, variables: { filter, first } });
  const shown = await watch(query);
  const titles = () => shown().tasksConnection.edges.map(({ node }) => unmask(TaskRow, node).title);
  return { query, shown, titles };
}

test("a refusal is data, whatever its type", async () => {
  const { data } = await createTask(client, { title: " " });
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

  await updateTask(client, tasks[0].id, { description: "Not the cactus" });

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

  await updateTask(client, tasks[1].id, { completed: true });

  await expect.poll(list.titles).toEqual(["3", "1"]);
  await expect.poll(pages.titles).toEqual(["3", "1"]);
  expect(pages.shown().tasksConnection.totalCount).toBe(2);
});

test("a conflict brings what somebody else has changed, and overwrites nothing", async () => {
  const { id, filter, tasks } = await api.category("Book");
  const list = await watchTasks(filter, 10);
  await api.rename(tasks[0].id, "Book by Ada");

  const { data } = await updateTask(client, tasks[0].id, { title: "Mine" }, tasks[0].version);

  expect(data?.updateTask?.__typename).toBe("VersionConflictError");
  expect(list.titles()).toEqual(["Book by Ada"]);
  expect(await api.titles(id)).toEqual(["Book by Ada"]);
});

test("a deleted task leaves every list, and no page loses or repeats another", async () => {
  const { filter, tasks } = await api.category("1", "2", "3", "4", "5", "6", "7");
  const list = await watchTasks(filter, 3);
  const pages = await watchPages(filter, 3);

  await deleteTask(client, tasks[5].id);
  expect(list.titles()).toEqual(["7", "5"]);
  expect(pages.titles()).toEqual(["7", "5"]);
  expect(pages.shown().tasksConnection.totalCount).toBe(6);

  await list.query.fetchMore({ variables: { offset: list.titles().length } });
  await expect.poll(list.titles).toEqual(["7", "5", "4", "3", "2"]);
  await pages.query.fetchMore({ variables: { after: pages.shown().tasksConnection.pageInfo.endCursor } });
  await expect.poll(pages.titles).toEqual(["7", "5", "4", "3", "2"]);
});

test("a task that is deleted before its page was shown is counted no more", async () => {
  const { filter, tasks } = await api.category("1", "2", "3");
  const pages = await watchPages(filter, 2);

  await deleteTask(client, tasks[0].id);

  await expect.poll(() => pages.shown().tasksConnection.totalCount).toBe(2);
  expect(pages.titles()).toEqual(["3", "2"]);
});

test("tasks that are deleted together leave every list, and too many of them are a refusal", async () => {
  const { filter } = await api.category("1a", "2a", "3", "4a");
  const list = await watchTasks(filter, 10);
  const pages = await watchPages(filter, 10);
  const selected = { ...filter, title: { endsWith: "a" } };

  const refused = await deleteTasks(client, selected, 2);
  expect(refused.data?.deleteTasks?.__typename).toBe("TooManyError");
  expect(list.titles()).toEqual(["4a", "3", "2a", "1a"]);

  await deleteTasks(client, selected, 3);
  expect(list.titles()).toEqual(["3"]);
  expect(pages.titles()).toEqual(["3"]);
});

test("pages by cursor stay whole while others add tasks", async () => {
  const { id, filter } = await api.category("1", "2", "3");
  const { query, shown, titles } = await watchPages(filter, 2);
  expect(shown().tasksConnection).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });

  await api.add(id, "4");
  await query.fetchMore({ variables: { after: shown().tasksConnection.pageInfo.endCursor } });

  await expect.poll(titles).toEqual(["3", "2", "1"]);
  expect(shown().tasksConnection).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: false } });
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
  const query = client.watchQuery({ query: CategoryPages, variables: { id, first: 2 } });
  const shown = await watch(query);

  await query.fetchMore({ variables: { after: shown().category?.tasksConnection.pageInfo.endCursor } });

  const titles = () => shown().category?.tasksConnection.edges.map(({ node }) => node.title);
  await expect.poll(titles).toEqual(["3", "2", "1"]);
});

test("a new task appears in the lists that are shown", async () => {
  const { id, filter } = await api.category("1");
  const list = await watchTasks(filter, 10);
  const pages = await watchPages(filter, 10);

  await createTask(client, { title: "2", category: { id } });

  await expect.poll(list.titles).toEqual(["2", "1"]);
  await expect.poll(pages.titles).toEqual(["2", "1"]);
});

test("a task is created once, though its answer was lost", async () => {
  const { id } = await api.category();
  network.lose = 1;

  const { data } = await createTask(client, { title: "Once", category: { id } });

  expect(data?.createTask).toMatchObject({ __typename: "TaskSuccess", replayed: true });
  expect(await api.titles(id)).toEqual(["Once"]);
});

test("a change without a key is not sent twice", async () => {
  const { tasks } = await api.category("Old");
  network.lose = 1;
  const before = network.requests;

  await expect(updateTask(client, tasks[0].id, { title: "New" })).rejects.toThrow("fetch failed");

  expect(network.requests).toBe(before + 1);
});

test("what the server had no capacity for, and what a proxy answered, is asked again if it is safe", async () => {
  const { id, filter, tasks } = await api.category("1");
  network.busy = network.down = 1;
  await expect(client.query({ query: Tasks, variables: { filter } })).resolves.toMatchObject({ data: { tasks: [{}] } });

  network.busy = network.down = 1;
  await createTask(client, { title: "2", category: { id } });
  expect(await api.titles(id)).toEqual(["2", "1"]);

  network.busy = 1;
  await expect(updateTask(client, tasks[0].id, { title: "New" })).rejects.toThrow("Try again");
  expect(network.busy).toBe(0);
  expect(await api.titles(id)).toEqual(["2", "1"]);
});

test("searching as one types ends with what was typed last", async () => {
  const { filter } = await api.category("Water the plants", "Wash the car", "Call grandma");
  const { query, titles } = await watchTasks(filter, 10);

  const typed = ["w", "wa", "wat"].map((search) => query.setVariables({ filter: { ...filter, search } }));
  const requests = await Promise.allSettled(typed); // what was overtaken is aborted

  expect(requests.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  expect(titles()).toEqual(["Water the plants"]);
});
