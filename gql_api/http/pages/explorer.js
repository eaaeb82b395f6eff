// The page before the explorer is there, and where it does not come: a plain form that needs nothing else.
"use strict";
(() => {
  const part = (id) => document.getElementById(id);
  part("without-scripts").remove();
  const opening = part("opening");
  const plain = part("plain");
  const form = part("form");
  const answer = part("answer");
  const isReady = () => document.documentElement.dataset.explorer === "ready";

  function showPlain(reason) {
    if (!plain.hidden) return;
    if (reason) part("missing").textContent = reason;
    part("explorer").remove();
    delete document.documentElement.dataset.explorer;
    opening.hidden = true;
    plain.hidden = false;
    const linked = new URLSearchParams(location.hash.slice(1));
    for (const name of ["query", "variables"]) {
      if (linked.get(name)) form.elements[name].value = linked.get(name);
    }
    form.elements.query.focus();
  }

  function json(name) {
    const text = form.elements[name].value.trim();
    if (!text) return undefined;
    const value = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("it is no object");
    return value;
  }

  async function answered() {
    const request = { query: form.elements.query.value };
    let headers;
    for (const name of ["variables", "headers"]) {
      try {
        if (name === "variables") request.variables = json(name);
        else headers = json(name);
      } catch (error) {
        return `Not sent. The ${name} cannot be read as a JSON object: ${error.message}`;
      }
    }
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        headers: {
          accept: "application/graphql-response+json, application/json;q=0.9",
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(request),
      });
      const text = await response.text();
      try {
        return JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        return `HTTP ${response.status}\n${text}`;
      }
    } catch (error) {
      return `The API does not answer: ${error.message}`;
    }
  }

  let latest = 0;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const run = ++latest;
    answer.textContent = "Running …";
    const text = await answered();
    if (run === latest) answer.textContent = text;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  part("instead").addEventListener("click", () =>
    showPlain(`You have chosen the plain form. Reload the page for the explorer.`),
  );

  if (part("explorer").dataset.built !== "true") {
    showPlain();
    return;
  }
  opening.hidden = false;
  const failed = (what) =>
    showPlain(
      `The explorer could not be loaded (${what}). This plain form stands in for it; reload the page to try again.`,
    );
  const isOurs = (address) => address && new URL(address, location.href).pathname.includes("/assets/");
  addEventListener("explorer-failed", (event) => failed(event.detail));
  // What is wanted later, such as the formatter, leaves the editor as it is.
  addEventListener("vite:preloadError", (event) => isReady() || failed(event.payload.message));
  addEventListener(
    "error",
    (event) => {
      // A script that does not come is told by its element; one that the browser cannot read, by its address.
      if (event.target instanceof HTMLScriptElement && isOurs(event.target.src)) {
        failed(`${new URL(event.target.src).pathname} did not come`);
      } else if (isOurs(event.filename) && !document.documentElement.dataset.explorer) failed(event.message);
    },
    true,
  );
  const come = new MutationObserver(() => (opening.hidden = isReady()));
  come.observe(document.documentElement, { attributeFilter: ["data-explorer"] });
})();
