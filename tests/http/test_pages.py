"""What is for people who develop with the API: the explorer's page, the page at `/`, the documents, the schema."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from httpx import Response

from gql_api.http.documentation import DOCUMENTS
from gql_api.http.explorer import BUNDLE, FILES, Explorer
from gql_api.http.landing import landing_page
from tests.api import Api
from tests.command import PROJECT
from tests.conftest import api_on

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = ["/", "/graphql", *(f"/documentation/{name}" for name in DOCUMENTS)]
INTROSPECTION = "{ __schema { queryType { name } } }"

needs_bundle = pytest.mark.skipif(not (BUNDLE / FILES).is_dir(), reason="The explorer is not built: make explorer")


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    async with api_on(database, explorer=True) as api:
        yield api


class Elements(HTMLParser):
    """The elements of a page, each with its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def addresses(self) -> set[str]:
        return {value for _, attrs in self.found for name, value in attrs.items() if name in {"href", "src"} and value}


async def page(api: Api, path: str) -> Response:
    response = await api.client.get(path, headers=BROWSER)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return response


@pytest.mark.parametrize("path", PAGES)
async def test_only_what_carries_this_answers_nonce_may_run(api: Api, path: str) -> None:
    nonces = set()
    for _ in range(2):
        response = await page(api, path)
        policy = dict(each.split(" ", 1) for each in response.headers["content-security-policy"].split("; "))
        (nonce,) = re.findall(r"'nonce-([\w-]{22,})'", policy["script-src"])
        nonces.add(nonce)
        assert policy["script-src"] == policy["style-src-elem"] == f"'nonce-{nonce}'"
        assert (policy["default-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
        assert "unsafe-eval" not in str(policy)
        assert {name for name, value in policy.items() if "unsafe-inline" in value} <= {"style-src-attr"}
        for tag, attrs in Elements(response.text).found:
            if tag in {"script", "style"} or (tag == "link" and attrs["rel"] != "icon"):
                assert attrs["nonce"] == nonce
            assert not [name for name in attrs if name.startswith("on")]
        assert "{{" not in response.text
    assert len(nonces) == 2


@pytest.mark.parametrize("path", PAGES)
async def test_browsers_are_told_to_be_careful(api: Api, path: str) -> None:
    headers = (await page(api, path)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@needs_bundle
async def test_the_explorer_loads_its_own_files_only(api: Api) -> None:
    response = await page(api, "/graphql")
    addresses = Elements(response.text).addresses()
    files = {address for address in addresses if not address.startswith("data:")}
    assert len(files) >= 3
    for address in files:
        assert address.startswith("graphql/assets/")
        file = await api.client.get(urljoin("http://test/graphql", address))
        assert file.status_code == 200
    # The editor itself is none of what is asked for at once.
    assert sum((BUNDLE / address.removeprefix("graphql/")).stat().st_size for address in files) < 2_000_000


@needs_bundle
@pytest.mark.parametrize(("accepted", "sent"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None)])
async def test_files_are_kept_for_ever_and_sent_compressed(api: Api, accepted: str, sent: str | None) -> None:
    largest = max((BUNDLE / FILES).glob("*.js"), key=lambda path: path.stat().st_size)
    headers = {"accept-encoding": accepted}
    async with api.client.stream("GET", f"/graphql/assets/{largest.name}", headers=headers) as response:
        size = len(b"".join([part async for part in response.aiter_raw()]))
    assert response.status_code == 200
    assert response.headers.get("content-encoding") == sent
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["vary"] == "Accept-Encoding"
    assert re.fullmatch(r"max-age=\d{8,}, public, immutable", response.headers["cache-control"])
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert (size == largest.stat().st_size) if sent is None else (size < largest.stat().st_size / 3)


@needs_bundle
@pytest.mark.parametrize("path", ["nothing.js", "../manifest.json", "%2e%2e/manifest.json", "..%2f..%2fpage.py", ""])
async def test_there_is_nothing_else_among_the_files(api: Api, path: str) -> None:
    assert (await api.client.get(f"/graphql/assets/{path}")).status_code == 404


@needs_bundle
def test_every_file_is_named_by_its_content() -> None:
    names = [path.name for path in (BUNDLE / FILES).iterdir()]
    assert len(names) > 20
    assert [name for name in names if not re.search(r"-[\w-]{8}\.(js|css|ttf|woff2?|svg|png)(\.(br|gz))?$", name)] == []


def test_without_a_bundle_the_page_says_what_is_missing(tmp_path: Path) -> None:
    explorer = Explorer("/graphql", tmp_path)
    assert "The explorer has not been built: `make explorer` builds it." in bytes(explorer.page("").body).decode()
    assert explorer.files() is None
    (tmp_path / "missing.txt").write_text("For <want> of npm.\n")
    assert "For &lt;want&gt; of npm. This plain form" in bytes(Explorer("/graphql", tmp_path).page("").body).decode()


@pytest.mark.parametrize("manifest", ["", "{", "{}", "[]", '{"src/main.ts": {"file": "assets/gone.js"}}'])
def test_a_damaged_bundle_stops_nothing(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    page = bytes(Explorer("/graphql", tmp_path).page("").body).decode()
    assert "The explorer&#x27;s files are damaged: `make explorer` builds it anew." in page
    assert 'data-built="false"' in page


async def test_the_first_page_says_where_things_are(api: Api) -> None:
    response = await page(api, "/")
    paths = [
        urlsplit(urljoin("http://test/", address)).path
        for tag, attrs in Elements(response.text).found
        if tag == "a" and (address := attrs["href"])
    ]
    assert {"/graphql", "/schema.graphql", "/health/live", "/health/ready", "/documentation/README.md"} <= {*paths}
    for path in paths:
        assert (await api.client.get(path, headers=BROWSER)).status_code == 200, path
    assert "curl -s http://test/graphql" in response.text


async def test_the_address_that_a_page_tells_is_only_text(api: Api) -> None:
    for path in ("/", "/graphql"):
        response = await api.client.get(path, headers={**BROWSER, "host": 'x"><script>injected()</script>'})
        assert "<script>injected" not in response.text
    for made in (Explorer("/graphql").page("<b>"), landing_page([], "<b>")):
        assert "curl -s &lt;b&gt; -H" in bytes(made.body).decode()


async def test_links_of_the_documents_lead_somewhere(api: Api) -> None:
    for name in DOCUMENTS:
        path = f"/documentation/{name}"
        response = await page(api, path)
        assert "<h1 id=" in response.text
        for address in Elements(response.text).addresses():
            to = urlsplit(urljoin(f"http://test{path}", address))
            if to.netloc == "test":
                linked = await api.client.get(to.path, headers=BROWSER)
                assert linked.status_code == 200, (name, address)
                assert not to.fragment or f'id="{to.fragment}"' in linked.text, (name, address)


async def test_the_documents_begin_with_the_guide(api: Api) -> None:
    response = await api.client.get("/documentation", headers=BROWSER, follow_redirects=True)
    assert (response.status_code, response.url.path) == (200, "/documentation/README.md")
    assert 'src="docs/pictures/explorer.png"' in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/documentation/x",
        "/documentation/pyproject.toml",
        "/documentation/docs/pictures/",
        "/documentation/../README.md",
        "/docs",
    ],
)
async def test_nothing_but_the_documents_is_shown(api: Api, path: str) -> None:
    assert (await api.client.get(path, headers=BROWSER)).status_code == 404


async def test_the_schema_can_be_downloaded(api: Api) -> None:
    response = await api.client.get("/schema.graphql")
    assert response.text == (PROJECT / "schema.graphql").read_text()
    assert response.headers["content-disposition"] == 'attachment; filename="schema.graphql"'


async def test_in_production_there_are_no_pages(database: str) -> None:
    async with api_on(database, explorer=False, introspection=False) as api:
        for path in (*PAGES, "/schema.graphql", "/graphql/assets/x.js"):
            response = await api.client.get(path, headers=BROWSER)
            assert response.status_code == (400 if path == "/graphql" else 404), path
            assert not response.headers["content-type"].startswith("text/html")
        assert await api.field("{ taskCount }") == 0


async def test_the_explorer_and_introspection_are_set_apart(database: str) -> None:
    async with api_on(database, explorer=True, introspection=False) as api:
        landing = await page(api, "/")
        guide = await page(api, "/documentation/README.md")
        assert not [it for it in Elements(landing.text + guide.text).addresses() if "schema.graphql" in it]
        assert (await page(api, "/graphql")).status_code == 200
        errors = (await api.answer(INTROSPECTION))["errors"]
        assert {error["extensions"]["code"] for error in errors} == {"GRAPHQL_VALIDATION_FAILED"}
        assert "introspection has been disabled" in errors[0]["message"]
        assert (await api.answer("{ __typename taskCount }"))["data"] == {"__typename": "Query", "taskCount": 0}
    async with api_on(database, explorer=False, introspection=True) as api:
        assert (await api.client.get("/schema.graphql")).status_code == 200
        assert (await api.answer(INTROSPECTION))["data"] == {"__schema": {"queryType": {"name": "Query"}}}
