/** What the bar below an answer says. */

import { expect, test } from "vitest";

import { describe } from "./AnswerBar";

test("an answer's status, whole milliseconds, and the id to find it by", () => {
  expect(describe({ status: 200, milliseconds: 12.6, requestId: "r-1" })).toBe("HTTP 200 · 13 ms · request r-1");
});

test("without an id, none is spoken of", () => {
  expect(describe({ status: 503, milliseconds: 0.2, requestId: null })).toBe("HTTP 503 · 0 ms");
  expect(describe({ status: 503, milliseconds: 0.2, requestId: "" })).toBe("HTTP 503 · 0 ms");
});

test("no answer is no status", () => {
  expect(describe({ status: null, milliseconds: 1999.5, requestId: null })).toBe("No answer · 2000 ms");
});
