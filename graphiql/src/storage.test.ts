/**
 * What is kept in the browser: apart from that of others, and without harm where nothing can be kept.
 *
 * @vitest-environment happy-dom
 */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ownStorage } from "./storage";

afterEach(() => vi.restoreAllMocks());

describe("in the browser", () => {
  beforeEach(() => {
    localStorage.clear();
    localStorage.setItem("graphiql:tabs", "another project's");
  });

  test("what is kept is found again, by another page of this API as well", () => {
    ownStorage().setItem("graphiql:tabs", "ours");
    expect(ownStorage().getItem("graphiql:tabs")).toBe("ours");
  });

  test("another project's things of the same name stay, and are not seen", () => {
    const storage = ownStorage();
    expect(storage.getItem("graphiql:tabs")).toBeNull();
    storage.setItem("graphiql:tabs", "ours");
    storage.removeItem("graphiql:tabs");
    expect(storage.getItem("graphiql:tabs")).toBeNull();
    expect(localStorage.getItem("graphiql:tabs")).toBe("another project's");
  });

  test("only what is ours is counted", () => {
    const storage = ownStorage();
    expect(storage.length).toBe(0);
    storage.setItem("a", "1");
    storage.setItem("b", "2");
    storage.setItem("b", "3");
    expect(storage.length).toBe(2);
  });

  test("only what is ours is cleared", () => {
    const storage = ownStorage();
    storage.setItem("a", "1");
    storage.setItem("b", "2");
    storage.clear();
    expect(storage.length).toBe(0);
    expect(storage.getItem("a")).toBeNull();
    expect({ ...localStorage }).toEqual({ "graphiql:tabs": "another project's" });
  });

  test.each([
    ["graphiql:queries", "queries"],
    ["graphiql:favorites", "favorites"],
  ])("%s are kept without their headers", (name, list) => {
    const run = { query: "{ a }", variables: "{}", headers: '{"authorization": "secret"}', operationName: "A" };
    ownStorage().setItem(name, JSON.stringify({ [list]: [run] }));
    expect(JSON.stringify({ ...localStorage })).not.toContain("secret");
    const { headers: _, ...kept } = run;
    expect(JSON.parse(ownStorage().getItem(name)!)).toEqual({ [list]: [kept] });
  });

  test("headers of an earlier time are not seen any more", () => {
    localStorage.setItem("gql-api:graphiql:queries", '{"queries":[{"query":"{ a }","headers":"secret"}]}');
    expect(ownStorage().getItem("graphiql:queries")).toBe('{"queries":[{"query":"{ a }"}]}');
  });

  test.each(["", "junk", "null", "[]", "{}", '"text"', '{"queries":{"0":1}}'])(
    "a history that is none is nothing: %s",
    (junk) => {
      localStorage.setItem("gql-api:graphiql:queries", junk);
      expect(ownStorage().getItem("graphiql:queries")).toBeNull();
    },
  );

  test("what is no operation is left out of the history", () => {
    localStorage.setItem("gql-api:graphiql:queries", '{"queries":[null,1,{"query":5},{"query":"{ a }"}]}');
    expect(ownStorage().getItem("graphiql:queries")).toBe('{"queries":[{"query":"{ a }"}]}');
  });

  test("names that every object has are names like others", () => {
    const storage = ownStorage();
    expect(storage.getItem("constructor")).toBeNull();
    storage.setItem("length", "long");
    expect(storage.getItem("length")).toBe("long");
    expect(storage.length).toBe(1);
  });
});

test("where the browser refuses, things are kept as long as the page is open", () => {
  vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  const storage = ownStorage();
  expect(storage.getItem("a")).toBeNull();
  storage.setItem("a", "1");
  storage.setItem("b", "2");
  expect(storage.getItem("a")).toBe("1");
  expect(storage.length).toBe(2);
  storage.removeItem("a");
  expect(storage.getItem("a")).toBeNull();
  expect(storage.length).toBe(1);
  storage.clear();
  expect(storage.length).toBe(0);
});
