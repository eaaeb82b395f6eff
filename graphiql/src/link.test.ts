/** Links to an operation: what goes in comes out, and nothing that somebody makes up does harm. */

import { expect, test } from "vitest";

import { linked, linkTo } from "./link";

const PAGE = "https://api.example/graphql";

test.each([
  ["plain text", "{ tasks { title } }", '{"first": 1}'],
  ["the signs that addresses are made of", '{ a(b: "#&+=?/%20%zz;") }', '{"b": "#&+=?/%20%zz;"}'],
  ["letters of every kind", '{ a(b: "Zoë 東京 👩‍🚀 \u0000 \u2028") }', '{"ключ": "🦄"}'],
  ["lines and indentation", "{\n  a\r\n\tb\r}\n", '{\r\n\t"a": 1\n}\n'],
  ["spaces at both ends", "  { a }  ", "  {}  "],
  ["an operation that is very long", `{ ${"field ".repeat(20_000)}}`, `{"a": "${"ö".repeat(20_000)}"}`],
])("%s come back as they were", (_, query, variables) => {
  const link = linkTo(PAGE, { query, variables });
  expect(new URL(link).href).toBe(link); // as a browser keeps it
  expect(linked(link)).toEqual({ query, variables });
});

test.each([[null], [""], [" \n\t"]])("variables that are blank (%j) are left out", (variables) => {
  const link = linkTo(PAGE, { query: "{ a }", variables });
  expect(link).not.toContain("variables");
  expect(linked(link)).toEqual({ query: "{ a }", variables: null });
});

test("the operation is in the fragment only, which no server gets to see", () => {
  const link = linkTo(PAGE, { query: "{ secret }", variables: '{"secret": 1}' });
  expect(link.split("#")[0]).toBe(PAGE);
});

test("the rest of the address stays, and another operation goes", () => {
  const link = linkTo(`${PAGE}?tenant=a%20b&x=1#query=old&variables=old&more`, { query: "{ new }", variables: null });
  expect(link).toMatch(/^https:\/\/api\.example\/graphql\?tenant=a%20b&x=1#query=/);
  expect(linked(link)).toEqual({ query: "{ new }", variables: null });
  expect(link).not.toMatch(/old|more/);
});

test.each(["", "#", "#query", "#query=", "#query=%20%0A", "#variables=%7B%7D", "#Query=%7B%20a%20%7D"])(
  "there is no operation in %j",
  (fragment) => {
    expect(linked(PAGE + fragment)).toBeNull();
  },
);

test("a query that the server would see is none of the page's", () => {
  expect(linked(`${PAGE}?query=%7B%20a%20%7D`)).toBeNull();
});

test.each(["#query=%E0%A4%A", "#query=%", "#%=%&&&=", "#query=a&query=b", "#query=\ud800", "##query=a"])(
  "%j is read without an error",
  (fragment) => {
    expect(() => linked(PAGE + fragment)).not.toThrow();
  },
);
