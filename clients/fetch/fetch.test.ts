import assert from "node:assert";

import { expect, test } from "vitest";

import * as api from "../testing/api";
import { CreateTask, Refusal, request, retried, TaskPages, TaskRow, UpdateTask } from "./client";
import { unmask } from "./generated";

const network = api.network();

test("pages are followed by their cursor", async () => {
  const { filter } = await api.category("1", "2", "3", "4", "5");
  const titles: string[] = [];
  let after: string | null | undefined;
  do {
    const { tasksConnection } = await request(api.url, TaskPages, { filter, first: 2, after });
    titles.push(...tasksConnection.nodes.map((task) => unmask(TaskRow, task).title));
    after = tasksConnection.pageInfo.hasNextPage ? tasksConnection.pageInfo.endCursor : null;
  } while (after);
  expect(titles).toEqual(["5", "4", "3", "2", "1"]);
});

test("what a client does wrong is thrown, with its code", async () => {
  await expect(request(api.url, TaskPages, { first: -1 })).rejects.toMatchObject({ codes: ["INVALID_PAGE"] });
  await expect(request(api.url, TaskPages, { after: "x" })).rejects.toMatchObject({ codes: ["INVALID_CURSOR"] });
});

test("what a user can act on is data", async () => {
  const { createTask } = await request(api.url, CreateTask, { input: { title: " " }, idempotencyKey: "a" });
  assert(createTask && createTask.__typename !== "TaskSuccess");
  expect(unmask(Refusal, createTask)).toMatchObject({
    code: "INVALID",
    problems: [{ path: ["input", "title"], code: "BLANK" }],
  });
});

test("a conflict shows what somebody else has changed", async () => {
  const { tasks } = await api.category("Book");
  const { id, version } = tasks[0];
  await api.rename(id, "Book by Ada");

  const { updateTask } = await request(api.url, UpdateTask, { id, patch: { title: "Mine" }, expectedVersion: version });

  assert(updateTask?.__typename === "VersionConflictError" && updateTask.current.__typename === "Task");
  expect(unmask(TaskRow, updateTask.current)).toMatchObject({ title: "Book by Ada", version: version + 1 });
});

test("a task is created once, though two answers were lost", async () => {
  const { id } = await api.category();
  const variables = { input: { title: "Once", category: { id } }, idempotencyKey: crypto.randomUUID() };
  network.lose = 2;

  const { createTask } = await retried(() => request(api.url, CreateTask, variables, { fetch: network.fetch }));

  expect(createTask).toMatchObject({ __typename: "TaskSuccess", replayed: true });
  expect(await api.titles(id)).toEqual(["Once"]);
});

test("what the server had no capacity for, and what a proxy answered, is asked again", async () => {
  const { filter } = await api.category("1");
  network.busy = network.down = 1;

  const { tasksConnection } = await retried(() => request(api.url, TaskPages, { filter }, { fetch: network.fetch }));

  expect(tasksConnection.nodes).toHaveLength(1);
  expect(network).toMatchObject({ busy: 0, down: 0 });
});

test("searching as one types: what was overtaken is aborted", async () => {
  const { filter } = await api.category("Water the plants", "Wash the car", "Call grandma");
  let typing = new AbortController();
  const search = (search: string) => {
    typing.abort();
    typing = new AbortController();
    return request(api.url, TaskPages, { filter: { ...filter, search } }, { signal: typing.signal });
  };

  const [first, last] = await Promise.allSettled([search("w"), search("wat")]);

  expect(first.status).toBe("rejected");
  assert(last.status === "fulfilled");
  const titles = last.value.tasksConnection.nodes.map((task) => unmask(TaskRow, task).title);
  expect(titles).toEqual(["Water the plants"]);
});

test("the compiler refuses what the server would refuse", async () => {
  const idempotencyKey = "any";
  const wrong = [
    // @ts-expect-error a task must have a title
    () => request(api.url, CreateTask, { input: {}, idempotencyKey }),
    // @ts-expect-error a priority is one of the enum's values
    () => request(api.url, CreateTask, { input: { title: "A", priority: "SOON" }, idempotencyKey }),
    // @ts-expect-error an order has one key
    () => request(api.url, TaskPages, { orderBy: [{ title: "ASC", dueAt: "ASC" }] }),
    // @ts-expect-error a category is meant by its id or its name
    () => request(api.url, CreateTask, { input: { title: "A", category: { id: "a", name: "b" } }, idempotencyKey }),
  ];
  for (const ask of wrong) await expect(ask()).rejects.toMatchObject({ codes: ["BAD_USER_INPUT"] });

  const { filter } = await api.category("Masked");
  const { tasksConnection } = await request(api.url, TaskPages, { filter });
  // @ts-expect-error a component sees what its own fragment asks for
  expect(tasksConnection.nodes[0]?.title).toBe("Masked");
});
