/**
 * An operation in an address: `#query=…&variables=…`.
 *
 * In the fragment, which browsers keep to themselves: no server and no log on the way gets to see it. Headers are left
 * out, since a token would go with them.
 */

export interface Linked {
  query: string;
  variables: string | null;
}

export function linkTo(page: string, { query, variables }: Linked): string {
  const fragment = new URLSearchParams({ query });
  if (variables?.trim()) fragment.set("variables", variables);
  const address = new URL(page);
  address.hash = fragment.toString();
  return address.href;
}

/** What an address holds, or null where it holds no operation. */
export function linked(page: string): Linked | null {
  const fragment = new URLSearchParams(new URL(page).hash.slice(1));
  const query = fragment.get("query");
  return query?.trim() ? { query, variables: fragment.get("variables") } : null;
}
