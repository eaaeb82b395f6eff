// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "fetch": { "disableSameOriginPolicy": true } } }

import assert from "node:assert";

import { Suspense } from "react";
import { createRoot, type Root } from "react-dom/client";
import { RelayEnvironmentProvider } from "react-relay";
import { afterEach, beforeEach, expect, test } from "vitest";

import * as api from "../testing/api";
import { createEnvironment } from "./environment";
import { TaskList } from "./TaskList";

const network = api.network();
let root: Root;

beforeEach(() => {
  root = createRoot(document.body.appendChild(document.createElement("main")));
});

afterEach(() => {
  root.unmount();
  document.body.replaceChildren();
});

function show(categoryId: string, pageSize = 10) {
  root.render(
    <RelayEnvironmentProvider environment={createEnvironment(api.url, network.fetch)}>
      <Suspense>
        <TaskList categoryId={categoryId} pageSize={pageSize} />
      </Suspense>
    </RelayEnvironmentProvider>,
  );
}

/** React works in the background: what is expected is waited for. */
const shows = (...tasks: string[]) => expect.poll(() => texts("li span")).toEqual(tasks);
const says = (message: RegExp) => expect.poll(() => texts("strong")).toEqual([expect.stringMatching(message)]);
const texts = (selector: string) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);

/** Presses a button, that of a task when one is named. */
function press(button: string, task = "") {
  const items = [...document.querySelectorAll(task ? "li" : "body")].filter((item) => item.textContent.includes(task));
  const found = [...(items[0]?.querySelectorAll("button") ?? [])].find(({ textContent }) => textContent === button);
  assert(found);
  found.click();
}

/** Types into a field, as a person does: React is told by the event. */
function type(field: string, text: string) {
  const input = document.querySelector<HTMLInputElement>(`input[placeholder="${field}"]`);
  assert(input);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

test("pages are loaded one after the other, and stay whole while others add tasks", async () => {
  const { id } = await api.category("1", "2", "3", "4", "5");
  show(id, 2);
  await shows("5", "4");

  await api.add(id, "6");
  press("More");
  await shows("5", "4", "3", "2");
  press("More");
  await shows("5", "4", "3", "2", "1");
  expect(texts("button")).not.toContain("More");
});

test("a change shows, without another request", async () => {
  const { id } = await api.category("Water the plants");
  show(id);
  await shows("Water the plants");
  const before = network.requests;

  press("Done", "Water");

  await shows("✓ Water the plants");
  expect(network.requests).toBe(before + 1);
});

test("a conflict shows what somebody else has changed, and overwrites nothing", async () => {
  const { id, tasks } = await api.category("Book");
  show(id);
  await shows("Book");
  await api.rename(tasks[0].id, "Book by Ada");

  press("Done", "Book");

  await says(/changed/);
  await shows("Book by Ada");
});

test("one task is asked for again, by its id", async () => {
  const { id, tasks } = await api.category("Book", "Other");
  show(id);
  await shows("Other", "Book");
  await api.rename(tasks[0].id, "Book by Ada");

  press("Refresh", "Book");

  await shows("Other", "Book by Ada");
});

test("a deleted task leaves the list, and the next page follows the last one shown", async () => {
  const { id } = await api.category("1", "2", "3", "4");
  show(id, 2);
  await shows("4", "3");

  press("Delete", "3");
  await shows("4");
  press("More");
  await shows("4", "2", "1");
});

test("what is done is deleted together", async () => {
  const { id } = await api.category("1", "2", "3");
  show(id);
  await shows("3", "2", "1");
  press("Done", "1");
  await shows("3", "2", "✓ 1");
  press("Done", "3");
  await shows("✓ 3", "2", "✓ 1");

  press("Clear");

  await shows("2");
  expect(await api.titles(id)).toEqual(["2"]);
});

test("a new task stands first, once, though every answer was lost until the button was pressed again", async () => {
  const { id } = await api.category("1");
  show(id);
  await shows("1");

  type("New task", "2");
  await expect.poll(() => document.querySelector("[value='2']")).not.toBeNull();
  network.lose = 3;
  press("Add");
  await expect.poll(() => network.lose).toBe(0);
  await expect.poll(() => document.querySelector("[disabled]")).toBeNull();
  expect(texts("li span")).toEqual(["1"]);
  press("Add");

  await shows("2", "1");
  expect(await api.titles(id)).toEqual(["2", "1"]);
});

test("a refusal is shown", async () => {
  const { id } = await api.category("1");
  show(id);
  await shows("1");

  press("Add");

  await says(/blank/);
  expect(texts("li span")).toEqual(["1"]);
});

test("what the server had no capacity for, and what a proxy answered, is asked again if it is safe", async () => {
  const { id } = await api.category("1");
  network.busy = network.down = 1;
  show(id);
  await shows("1");

  type("New task", "2");
  await expect.poll(() => document.querySelector("[value='2']")).not.toBeNull();
  network.busy = network.down = 1;
  press("Add");
  await shows("2", "1");

  const before = network.requests;
  network.busy = 1;
  press("Done", "1");
  await says(/Try again/);
  expect(network.requests).toBe(before + 1);
  network.lose = 1;
  press("Delete", "2");
  await expect.poll(() => texts("strong")).toHaveLength(2);
  await shows("2", "1");
});

test("searching as one types ends with what was typed last", async () => {
  const { id } = await api.category("Water the plants", "Wash the car", "Call grandma");
  show(id);
  await shows("Call grandma", "Wash the car", "Water the plants");

  for (const text of ["w", "wa", "wat"]) type("Search", text);

  await shows("Water the plants");
});
