"""The page at `/`, where a developer begins: it says where everything is."""

from html import escape
from importlib.metadata import version
from typing import NamedTuple

from starlette.responses import HTMLResponse

from gql_api.http.page import page, part


class Place(NamedTuple):
    """Something to be found at a path."""

    path: str
    name: str
    what: str


def landing_page(places: list[Place], endpoint: str) -> HTMLResponse:
    """Make the page. `endpoint` is the address of the API, for a terminal."""
    # Relative: a proxy may have put it all elsewhere.
    listed = "".join(
        f'<dt><a href="{place.path.lstrip("/")}">{escape(place.name)}</a></dt><dd>{escape(place.what)}</dd>'
        for place in places
    )
    return page("gql-api", part("landing.html", version=version("gql-api"), places=listed, endpoint=escape(endpoint)))
