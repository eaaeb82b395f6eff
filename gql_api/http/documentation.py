"""The project's documents as pages: what was written for front-end teams, at hand where they develop."""

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException
from fastapi.requests import Request
from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.responses import FileResponse, RedirectResponse, Response

from gql_api.http.page import page

PREFIX = "/documentation"

DOCUMENTS = {
    "README.md": ("Guide", "Queries, filters, pages, mutations and their errors; settings and deployment."),
    "docs/explorer.md": ("The explorer", "In pictures; its keys."),
    "docs/front-end.md": ("Clients", "Apollo Client, urql, Relay and plain fetch with this API."),
    "docs/security.md": ("Security", "Limits and costs, error codes, a public deployment."),
    "docs/schema-changelog.md": ("Changes of the schema", "What clients have been told of, version by version."),
    "CHANGELOG.md": ("Changelog", "What has changed for those who use the API."),
}
"""The documents, their titles and what they are about. They refer to each other by the paths that they have here."""

PACKAGED = Path(__file__).with_name("documents")
IN_PROJECT = Path(__file__).parents[2]
FOLDER = PACKAGED if PACKAGED.exists() else IN_PROJECT

PICTURES = {f"docs/pictures/{path.name}": path for path in FOLDER.glob("docs/pictures/*.png")}

router = APIRouter(prefix=PREFIX, include_in_schema=False)


@router.get("")
async def first_without_slash() -> RedirectResponse:
    return RedirectResponse(f"{PREFIX[1:]}/{next(iter(DOCUMENTS))}")


@router.get("/")
async def first() -> RedirectResponse:
    return RedirectResponse(next(iter(DOCUMENTS)))


@router.get("/{name:path}")
async def document(name: str, request: Request) -> Response:
    if name in PICTURES:
        return FileResponse(PICTURES[name], headers={"x-content-type-options": "nosniff"})
    if name not in DOCUMENTS:
        raise HTTPException(404)
    return page(
        f"gql-api: {DOCUMENTS[name][0]}",
        _rendered(name, schema=request.app.state.introspection),
        allowed={"img-src": "'self' data:"},
    )


@cache
def _rendered(name: str, *, schema: bool) -> str:
    """Return a document as HTML; `schema` says whether there is a schema to link to."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark").enable("table")
    tokens = markdown.parse(text)
    for token, following in pairwise([*tokens, tokens[-1]]):
        if token.type == "heading_open":
            token.attrs["id"] = _anchor(following.content)
        token.children = token.children and list(_with_links_that_lead_somewhere(token.children, name, schema=schema))
    html = markdown.renderer.render(tokens, markdown.options, {})
    # What may be wider than the window is scrolled by keyboard, too.
    for wide in ("pre", "table"):
        html = html.replace(f"<{wide}>", f'<{wide} tabindex="0">')
    return f"<main>{_navigation(name)}{html}</main>"


def _anchor(heading: str) -> str:
    """Return the name by which a heading is linked to, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _navigation(name: str) -> str:
    up = "../" * name.count("/")  # relative: a proxy may have put it all elsewhere
    links = [f'<a href="{up}../">gql-api</a>']
    for path, (title, _) in DOCUMENTS.items():
        current = ' aria-current="page"' if path == name else ""
        links.append(f'<a href="{up}{path}"{current}>{escape(title)}</a>')
    return f'<nav aria-label="Documents">{" · ".join(links)}</nav>'


def _with_links_that_lead_somewhere(tokens: list[Token], name: str, *, schema: bool) -> Iterator[Token]:
    """Leave out links to files of the project that are not served, but not their words."""
    dropped = False
    for token in tokens:
        if token.type == "link_open":
            to = urlsplit(str(token.attrs["href"]))
            path = normpath(f"{dirname(name)}/{to.path}").lstrip("/")
            dropped = not (to.netloc or path in DOCUMENTS or not to.path)
            if path == "schema.graphql" and schema:
                dropped = False
                token.attrs["href"] = "../" * (name.count("/") + 1) + path
        if not (dropped and token.type in {"link_open", "link_close"}):
            yield token
