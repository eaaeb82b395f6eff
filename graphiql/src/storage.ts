/**
 * Where tabs, history and theme are kept: in the browser, under names of this API's own.
 *
 * Other projects' GraphiQL is met at the same address on a developer's machine, and would share its tabs with this one.
 */

import type { Storage } from "@graphiql/toolkit";

const PREFIX = "gql-api:";

const HISTORIES = new Map([
  ["graphiql:queries", "queries"],
  ["graphiql:favorites", "favorites"],
]);
/** Under which names the history keeps its lists, and what it calls them. */

/** Where the browser does not let pages keep anything, everything works, and is forgotten with the page. */
export function ownStorage(): Storage {
  const kept = allowed();
  if (!kept) return forgetful();
  const names = () => Object.keys(kept).filter((name) => name.startsWith(PREFIX));
  return {
    getItem(name) {
      const value = kept.getItem(PREFIX + name);
      return value === null ? null : fitToKeep(name, value);
    },
    setItem(name, value) {
      const fit = fitToKeep(name, value);
      if (fit !== null) kept.setItem(PREFIX + name, fit);
    },
    removeItem: (name) => kept.removeItem(PREFIX + name),
    clear: () => names().forEach((name) => kept.removeItem(name)),
    get length() {
      return names().length;
    },
  };
}

/** The browser's storage, if it can be read. */
function allowed(): globalThis.Storage | null {
  try {
    const storage = window.localStorage;
    storage.getItem(PREFIX);
    return storage;
  } catch {
    return null;
  }
}

/**
 * The operations of the history, without their headers: the plugin keeps them, whatever the setting, and tokens live
 * there. What is no list of operations is nothing, since the plugin would fail on it at each visit. The rest is as it is.
 */
function fitToKeep(name: string, value: string): string | null {
  const list = HISTORIES.get(name);
  if (list === undefined) return value;
  try {
    const items = (JSON.parse(value) as Record<string, unknown>)[list];
    if (!Array.isArray(items)) return null;
    const operations = items.filter((item) => typeof item?.query === "string");
    return JSON.stringify({ [list]: operations.map(({ headers: _, ...rest }) => rest) });
  } catch {
    return null;
  }
}

function forgetful(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
    get length() {
      return kept.size;
    },
  };
}
