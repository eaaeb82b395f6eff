/**
 * Styles of libraries get the page's nonce, and nothing else does.
 *
 * @vitest-environment happy-dom
 */

import { afterEach, expect, test } from "vitest";

import { allowStyles } from "./nonce";

const createElement = document.createElement;

afterEach(() => {
  document.createElement = createElement;
  document.head.replaceChildren();
});

test.each(["style", "STYLE"])("a <%s> that is made by a script has the nonce of the page", (name) => {
  pageWithNonce("n0nce");
  allowStyles();
  expect(document.createElement(name).nonce).toBe("n0nce");
});

test("it is still an element of the page, that works", () => {
  pageWithNonce("n0nce");
  allowStyles();
  const style = document.createElement("style");
  document.head.append(style);
  expect(style).toBeInstanceOf(HTMLStyleElement);
  expect(style.ownerDocument).toBe(document);
});

test.each(["script", "link", "div"])("a <%s> has none", (name) => {
  pageWithNonce("n0nce");
  allowStyles();
  expect(document.createElement(name).nonce).toBeFalsy();
});

test("a style in markup has none", () => {
  pageWithNonce("n0nce");
  allowStyles();
  document.head.insertAdjacentHTML("beforeend", "<style>body { display: none }</style>");
  expect(document.querySelector("style")!.nonce).toBeFalsy();
});

test("a page without a nonce stays as it is", () => {
  allowStyles();
  expect(document.createElement).toBe(createElement);
  expect(document.createElement("style").nonce).toBeFalsy();
});

test("nothing is a nonce but that of the page's own meta element", () => {
  pageWithNonce("n0nce").setAttribute("property", "other");
  allowStyles();
  expect(document.createElement("style").nonce).toBeFalsy();
});

function pageWithNonce(nonce: string): HTMLMetaElement {
  const meta = document.createElement("meta");
  meta.setAttribute("property", "csp-nonce");
  meta.nonce = nonce; // as browsers do with the attribute, which they hide from scripts
  document.head.append(meta);
  return meta;
}
