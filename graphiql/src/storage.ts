/**
 * Where tabs, history and theme are kept: in the browser, under names of this API's own.
 *
 * Other projects' GraphiQL is met at the same address on a developer's machine, and would share its tabs with this one.
 */

import type { Storage } from "@graphiql/toolkit";

const PREFIX = "gql-api:";

/** Where the browser does not let pages keep anything, everything works, and is forgotten with the page. */
export function ownStorage(): Storage {
  let kept: globalThis.Storage;
  try {
    kept = window.localStorage;
  } catch {
    return forgetful();
  }
  const names = () => Object.keys(kept).filter((name) => name.startsWith(PREFIX));
  return {
    getItem: (name) => kept.getItem(PREFIX + name),
    setItem: (name, value) => kept.setItem(PREFIX + name, value),
    removeItem: (name) => kept.removeItem(PREFIX + name),
    clear: () => names().forEach((name) => kept.removeItem(name)),
    get length() {
      return names().length;
    },
  };
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
