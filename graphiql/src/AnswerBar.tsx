/** What is known of the last answer besides what it says: its status, its duration, and the API's id of the request. */

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

export function AnswerBar() {
  const answered = useSyncExternalStore(answers.subscribe, answers.last);
  return (
    <p className="answer-bar" role="status">
      {answered && describe(answered)}
    </p>
  );
}

export function describe({ status, milliseconds, requestId }: Answered): string {
  const what = status === null ? "No answer" : `HTTP ${status}`;
  const parts = [what, `${Math.round(milliseconds)} ms`];
  if (requestId) parts.push(`request ${requestId}`);
  return parts.join(" · ");
}
