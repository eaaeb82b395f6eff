/** What tests do behind the client's back: other people's changes, and a network that fails. */

import { inject, onTestFinished } from "vitest";

export const url = inject("url");

async function ask(query: string, variables: object) {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { data, errors } = (await response.json()) as { data: Record<string, unknown>; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

interface Task {
  id: string;
  version: number;
}

/** A task of somebody else's making. */
export async function add(category: string, title: string) {
  const data = await ask(
    `mutation($input: CreateTaskInput!) { createTask(input: $input) { ... on TaskSuccess { task { id version } } } }`,
    { input: { title, category: { id: category } } },
  );
  return (data["createTask"] as { task: Task }).task;
}

/** Somebody else changes a title. */
export async function rename(id: string, title: string) {
  await ask(`mutation($id: ID!, $title: String) { updateTask(id: $id, patch: { title: $title }) { __typename } }`, {
    id,
    title,
  });
}

/** A new category with these tasks, the last one of which is the newest: seen by this test only, and gone after it. */
export async function category<const Titles extends string[]>(...titles: Titles) {
  const data = await ask(
    `mutation($name: String!) { createCategory(input: { name: $name }) { ... on CategorySuccess { category { id } } } }`,
    { name: crypto.randomUUID() },
  );
  const { id } = (data["createCategory"] as { category: { id: string } }).category;
  onTestFinished(async () => {
    await ask(`mutation($id: ID!) { deleteCategory(id: $id, tasks: { action: DELETE }) { __typename } }`, { id });
  });
  const tasks: Task[] = [];
  for (const title of titles) tasks.push(await add(id, title));
  return { id, tasks: tasks as { [Place in keyof Titles]: Task }, filter: { category: { is: { id: { eq: id } } } } };
}

/** The titles that the server has, newest first. */
export async function titles(category: string) {
  const data = await ask(
    `query($id: ID!) { tasks(filter: { category: { is: { id: { eq: $id } } } }, limit: 100) { title } }`,
    { id: category },
  );
  return (data["tasks"] as { title: string }[]).map(({ title }) => title);
}

/**
 * A network that counts requests and fails as often as it is told: it loses answers, after the server has done what it was
 * asked; or answers itself, as a server does that has no capacity (`busy`), or a proxy that has no server (`down`).
 */
export function network() {
  const state = { requests: 0, lose: 0, busy: 0, down: 0 };
  const lossy: typeof fetch = async (...request) => {
    state.requests += 1;
    if (state.busy > 0) {
      state.busy -= 1;
      return unavailable(request[1]?.body as string);
    }
    if (state.down > 0) {
      state.down -= 1;
      return new Response("<h1>Bad Gateway</h1>", { status: 502, headers: { "content-type": "text/html" } });
    }
    const response = await fetch(...request);
    if (state.lose > 0) {
      state.lose -= 1;
      throw new TypeError("fetch failed");
    }
    return response;
  };
  return Object.assign(state, { fetch: lossy });
}

function unavailable(body: string) {
  const { query } = JSON.parse(body) as { query: string };
  const mutation = /^mutation[^{]*{\s*(\w+)/.exec(query)?.[1];
  const data = mutation === undefined ? null : { [mutation]: null };
  const message = "The database cannot serve this right now. Try again shortly.";
  const errors = [{ message, path: mutation && [mutation], extensions: { code: "UNAVAILABLE" } }];
  return new Response(JSON.stringify({ data, errors }), { headers: { "content-type": "application/json" } });
}
