/** Copies a link that opens the operation of the tab; where copying is not allowed, it is put into the address bar. */

import { ToolbarButton, useGraphiQL } from "@graphiql/react";
import { useEffect, useState } from "react";

import { linkTo } from "./link";

const SHOWN = 3000;
/** Milliseconds that one has to read what has become of it. */

export function ShareButton() {
  const { query, variables } = useGraphiQL((state) => ({ query: state.queryEditor, variables: state.variableEditor }));
  const [said, say] = useState({ text: "", times: 0 });

  useEffect(() => {
    if (!said.text) return;
    const timer = setTimeout(() => say({ text: "", times: said.times }), SHOWN);
    return () => clearTimeout(timer);
  }, [said]);

  const share = async () => {
    const link = linkTo(location.href, { query: query?.getValue() ?? "", variables: variables?.getValue() ?? null });
    let text = "Link copied";
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      history.replaceState(null, "", link);
      text = "The link is in the address bar";
    }
    say(({ times }) => ({ text, times: times + 1 }));
  };

  return (
    <div className="share">
      <ToolbarButton label="Share: copy a link to this operation (headers are left out)" onClick={() => void share()}>
        <svg className="graphiql-toolbar-icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" aria-hidden="true">
          <path strokeWidth="1.5" strokeLinecap="round" d="M8.5 11.5a3.5 3.5 0 0 0 5 0l3-3a3.5 3.5 0 0 0-5-5L10 5" />
          <path strokeWidth="1.5" strokeLinecap="round" d="M11.5 8.5a3.5 3.5 0 0 0-5 0l-3 3a3.5 3.5 0 0 0 5 5L10 15" />
        </svg>
      </ToolbarButton>
      <span role="status">
        {said.text && (
          <span className="share-said" key={said.times}>
            {said.text}
          </span>
        )}
      </span>
    </div>
  );
}
