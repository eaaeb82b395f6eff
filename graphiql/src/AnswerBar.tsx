/** What is known of an answer besides what it says: its status, its duration, and the API's id of the request. */

import { useGraphiQL } from "@graphiql/react";
import { useSyncExternalStore } from "react";

import type { Answered } from "./http";

let last: Answered | null = null;
const listeners = new Set<() => void>();

export const answers = {
  tell(answered: Answered): void {
    last = answered;
    listeners.forEach((listener) => listener());
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  last: () => last,
};

/** The tab in which each was answered: another one shows nothing of it. */
const tabs = new WeakMap<Answered, string>();

export function AnswerBar() {
  const answered = useSyncExternalStore(answers.subscribe, answers.last);
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]);
  if (answered && tab && !tabs.has(answered)) tabs.set(answered, tab.id);
  const shown = answered && tab && tabs.get(answered) === tab.id && !wasNotSent(tab.response);
  return (
    <p className="answer-bar" role="status">
      {shown && describe(answered)}
    </p>
  );
}

/** Whether GraphiQL itself says in place of an answer why it has not asked: it cannot read variables or headers. */
function wasNotSent(response: string | null): boolean {
  return response?.includes('"message": "Request not sent.') ?? false;
}

export function describe({ status, milliseconds, requestId }: Answered): string {
  const what = status === null ? "No answer" : `HTTP ${status}`;
  const parts = [what, `${Math.round(milliseconds)} ms`];
  if (requestId) parts.push(`request ${requestId}`);
  return parts.join(" · ");
}
