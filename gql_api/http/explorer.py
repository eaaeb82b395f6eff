"""The explorer: GraphiQL, built from `graphiql/` into this package, and a plain form wherever that is not to be had."""

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from servestatic import ServeStaticASGI
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp

from gql_api.http.page import page, part

BUNDLE = Path(__file__).with_name("bundle")
"""Where graphiql/build.py puts it."""

ENTRY = "src/main.ts"
FILES = "assets"
"""The folder below the page, and in the bundle, that has the files."""

ALLOWED = {
    "connect-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "style-src-attr": "'unsafe-inline'",  # the editor places each line of text by a style of its own
    "worker-src": "'self'",
}
"""What GraphiQL needs."""

NOT_BUILT = "The explorer has not been built: `make explorer` builds it."
DAMAGED = "The explorer's files are damaged: `make explorer` builds it anew."
FIRST_QUERY = """\
{
  tasks(limit: 5) {
    title
    category {
      name
    }
  }
}
"""


class Explorer:
    """The page, at a path such as `/graphql`, and its files below it."""

    def __init__(self, path: str, bundle: Path = BUNDLE) -> None:
        self.files_path = f"{path}/{FILES}"
        self._bundle = bundle
        missing, entry, first = "", "", ""
        try:
            scripts = [*_wanted_at_once(bundle)]
        except (OSError, ValueError, LookupError, TypeError):
            missing = _missing(bundle)
        else:
            # Relative to the page: a proxy may have put it elsewhere.
            folder = path.rsplit("/", 1)[-1]
            first = "".join(
                f'<link rel="modulepreload" href="{folder}/{file}" nonce="{{{{nonce}}}}">' for file in scripts
            )
            entry = f'<script type="module" src="{folder}/{scripts[0]}" nonce="{{{{nonce}}}}"></script>'
        self._head = first
        self._body = part(
            "explorer.html",
            built="false" if missing else "true",
            missing=escape(missing),
            query=escape(FIRST_QUERY),
            script=part("explorer.js"),
            module=entry,
        )

    def page(self, endpoint: str) -> HTMLResponse:
        """Make the page. `endpoint` is the address of the API, for a terminal."""
        body = self._body.replace("{{endpoint}}", escape(endpoint))
        return page("gql-api explorer", body, self._head, ALLOWED)

    def files(self) -> ASGIApp | None:
        """Return what serves the files, compressed where a browser takes that and to be kept for ever: each is named by
        its content. None where there are none.
        """
        if not (self._bundle / FILES).is_dir():
            return None
        files: ASGIApp = ServeStaticASGI(
            None,
            root=self._bundle / FILES,
            prefix=self.files_path,
            immutable_file_test=lambda _path, _url: True,
            allow_all_origins=False,
            add_headers_function=_add_headers,
        )
        return files


def _wanted_at_once(bundle: Path) -> Iterator[str]:
    """Tell which scripts are, by Vite's manifest: the entry, and those of what it imports first. The editor is none.

    Raises OSError, ValueError, LookupError or TypeError where the bundle is not there, or not whole.
    """
    chunks: dict[str, dict[str, Any]] = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    seen: set[str] = set()
    wanted = [ENTRY, *chunks[ENTRY].get("dynamicImports", [])]
    while wanted:
        name = wanted.pop(0)
        if name not in seen:
            seen.add(name)
            wanted += chunks[name].get("imports", [])
            (bundle / chunks[name]["file"]).stat()
            yield chunks[name]["file"]


def _missing(bundle: Path) -> str:
    reason = bundle / "missing.txt"
    if reason.exists():
        why = reason.read_text(encoding="utf-8", errors="replace").strip()
    else:
        why = DAMAGED if (bundle / "manifest.json").exists() else NOT_BUILT
    return f"{why} This plain form stands in for it."


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
