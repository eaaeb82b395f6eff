/** GraphiQL as this API shows it. */

import "@fontsource/fira-code/400.css";
import "@fontsource/fira-code/500.css";
import "@fontsource/roboto/400.css";
import "@fontsource/roboto/500.css";
import "@fontsource/roboto/700.css";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "@graphiql/plugin-explorer/style.css";
import "graphiql/graphiql.css";
import "graphiql/setup-workers/vite";
import "./explorer.css";

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useMonaco } from "@graphiql/react";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useEffect } from "react";
import { createRoot } from "react-dom/client";

import { AnswerBar, answers } from "./AnswerBar";
import { Keyboard } from "./Keyboard";
import { current } from "./current";
import { examples } from "./examples";
import { createFetcher } from "./fetcher";
import { linked, type Linked } from "./link";
import { ShareButton } from "./ShareButton";
import { ownStorage } from "./storage";

const plugins = [explorerPlugin({ showAttribution: false }), HISTORY_PLUGIN];

/** Show it, and tell of what keeps it from being shown. */
export function show(root: HTMLElement, failed: (error: unknown) => void): void {
  const page = location.href;
  const link = linked(page);
  // Once it is open it lives on as a tab: the address would bring the first version back at each reload.
  if (link) history.replaceState(null, "", page.split("#")[0]);
  // Who has it open already, and puts a link into the address bar, leaves the page where it is.
  addEventListener("hashchange", () => linked(location.href) && location.reload());
  const url = page.split(/[?#]/)[0]!;
  createRoot(root, { onUncaughtError: failed }).render(
    <GraphiQL
      fetcher={current(createFetcher(url, answers.tell))}
      storage={ownStorage()}
      plugins={plugins}
      defaultTabs={firstTabs(link)}
      initialQuery={link?.query}
      initialVariables={link?.variables ?? undefined}
      shouldPersistHeaders={false} // tokens live there
      defaultEditorToolsVisibility="variables"
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <Home />
      </GraphiQL.Logo>
      <GraphiQL.Toolbar>
        {({ prettify, merge, copy }) => (
          <>
            {prettify}
            {merge}
            {copy}
            <ShareButton />
          </>
        )}
      </GraphiQL.Toolbar>
      <GraphiQL.Footer>
        <AnswerBar />
        <Keyboard />
      </GraphiQL.Footer>
    </GraphiQL>,
  );
}

/** What a first visitor finds: the operation of the link that led here, if one did, and the examples. */
function firstTabs(link: Linked | null): Linked[] {
  if (link === null) return examples;
  return [link, ...examples.filter(({ query, variables }) => query !== link.query || variables !== link.variables)];
}

/** Tells the page how far it has come, and leads back to where everything is. */
function Home() {
  const loaded = useMonaco((state) => state.monaco !== undefined);
  useEffect(() => {
    document.documentElement.dataset.explorer = loaded ? "ready" : "shown";
  }, [loaded]);
  return (
    <h1 className="home">
      <a href="./">gql-api</a>
    </h1>
  );
}
