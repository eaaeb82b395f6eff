/** What is sent is what stands in the editor, not what GraphiQL last knew of it. */

import type { Fetcher } from "@graphiql/toolkit";
import { parse, print } from "graphql";
import { expect, test } from "vitest";

import { current } from "./current";

type Sent = Parameters<Fetcher>;

async function sent(...given: Sent): Promise<Sent> {
  let seen: Sent | undefined;
  await current((...all) => {
    seen = all;
    return Promise.resolve({});
  })(...given);
  return seen!;
}

const before = parse("query Before { a }");

test("the name of an operation that is gone is left out", async () => {
  const [{ operationName, query }] = await sent({ query: "query Now { b }", operationName: "Before" });
  expect([operationName, query]).toEqual([undefined, "query Now { b }"]);
});

test("the name of one that is there is kept", async () => {
  const [{ operationName }] = await sent({ query: "query A { a } query B { b }", operationName: "B" });
  expect(operationName).toBe("B");
});

test("a fragment's name is no operation's", async () => {
  const [{ operationName }] = await sent({ query: "{ a } fragment A on T { a }", operationName: "A" });
  expect(operationName).toBeUndefined();
});

test("the document is that of the text", async () => {
  const [, options] = await sent({ query: "subscription Now { b }" }, { documentAST: before, headers: { x: "1" } });
  expect(options?.headers).toEqual({ x: "1" });
  expect(print(options!.documentAST!)).toContain("subscription Now");
});

test("what cannot be read is left to the API", async () => {
  const given: Sent = [{ query: "query {", operationName: "Before" }, { documentAST: before }];
  expect(await sent(...given)).toEqual(given);
});
