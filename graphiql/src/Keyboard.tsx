/** What keyboard and screen reader need beyond what GraphiQL gives them. */

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

const isMac = navigator.userAgent.includes("Mac");

export function Keyboard() {
  const { prettifyEditors, mergeQuery, copyQuery } = useGraphiQLActions();
  const editors = useGraphiQL((state) => ({
    Operation: state.queryEditor,
    Variables: state.variableEditor,
    "Request headers": state.headerEditor,
    Answer: state.responseEditor,
  }));

  useEffect(() => {
    for (const [ariaLabel, editor] of Object.entries(editors)) editor?.updateOptions({ ariaLabel });
  }, [editors]);

  useEffect(() => {
    // GraphiQL's tooltips tell these; what it binds is the Windows key where there is no Mac.
    const bound: Record<string, () => unknown> = isMac ? {} : { P: prettifyEditors, M: mergeQuery, C: copyQuery };
    const onKeyDown = (event: KeyboardEvent) => {
      const act = event.ctrlKey && event.shiftKey && !event.altKey && bound[event.key.toUpperCase()];
      if (act) {
        event.preventDefault();
        void act();
      } else if (event.key === "Escape") leave(event.target);
    };
    // Before Monaco, which takes Escape for itself even where there is nothing to close.
    document.addEventListener("keydown", onKeyDown, { capture: true });
    return () => document.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [prettifyEditors, mergeQuery, copyQuery]);

  return null;
}

/** What Escape closes first. */
const OPEN = [".suggest-widget", ".find-widget", ".parameter-hints-widget"].map((each) => `${each}.visible`).join();

/** Leave an editor for the part of the page that it is in, as Enter goes into it: from there Tab goes on. */
function leave(target: EventTarget | null): void {
  if (!(target instanceof HTMLElement) || !target.closest(".monaco-editor") || document.querySelector(OPEN)) return;
  target.closest<HTMLElement>("[tabindex='0']:not(textarea)")?.focus();
}
