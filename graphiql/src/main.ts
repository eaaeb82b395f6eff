/**
 * What runs first: small, so that the page is not held up by the editor, which comes after it.
 *
 * The page itself (gql_api/http/pages/explorer.html) says meanwhile that the editor is on its way, and shows its plain
 * form when anything of this fails.
 */

import { allowStyles } from "./nonce";

const failed = (error: unknown) =>
  dispatchEvent(new CustomEvent("explorer-failed", { detail: error instanceof Error ? error.message : String(error) }));

allowStyles();
import("./explorer").then(({ show }) => show(document.getElementById("explorer")!, failed)).catch(failed);
