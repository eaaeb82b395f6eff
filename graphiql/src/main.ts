/**
 * What runs first: small, so that the page is not held up by the editor, which comes after it.
 *
 * The page itself (gql_api/http/explorer.html) says meanwhile that the editor is on its way, and offers its plain form
 * when anything of this fails.
 */

import { allowStyles } from "./nonce";

allowStyles();
const { show } = await import("./explorer");
show(document.getElementById("explorer")!);
