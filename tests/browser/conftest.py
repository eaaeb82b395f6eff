"""A real browser before the real server: Debian's Chromium, which gets to no other host, and `gql-api dev`."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from io import BytesIO
from os import environ, geteuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from gql_api import db, seed
from gql_api.http.explorer import BUNDLE
from tests.browser.explorer import Explorer
from tests.command import PROJECT, Served, serving
from tests.conftest import Server

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
REQUIRED = bool(environ.get("GQL_TEST_BROWSER"))
"""Whether a missing browser, or a missing bundle, is a failure: in CI it is."""

PICTURES = PROJECT / "docs" / "pictures"


def missing(what: str) -> None:
    if REQUIRED:
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        missing(
            "There is no browser here: `apt-get install chromium` installs one (elsewhere: Chromium or Google Chrome)"
        )
    async with async_playwright() as playwright:
        nowhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        sandbox = ["--no-sandbox"] if geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[nowhere, *sandbox])
        yield browser
        await browser.close()


async def seeded(server: Server, template: str) -> str:
    """Return the address of a database with the demo data."""
    url = server.url(await server.create(template))
    engine = db.create_engine(url)
    await seed.fill_if_empty(db.create_sessions(engine))
    await engine.dispose()
    return url


@contextmanager
def developing(url: str, folder: Path, **variables: str) -> Iterator[Served]:
    # What it runs is measured in other tests: here it would only be slower.
    with serving("dev", cwd=folder, at_most=3600, DATABASE_URL=url, COVERAGE_PROCESS_CONFIG="", **variables) as served:
        yield served


@asynccontextmanager
async def in_thread(served: Any) -> AsyncIterator[Served]:
    """Start and stop a server while the event loop goes on."""
    entered = await asyncio.to_thread(served.__enter__)
    try:
        yield entered
    finally:
        await asyncio.to_thread(served.__exit__, None, None, None)


@pytest.fixture(scope="session")
async def dev(server: Server, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """`gql-api dev` with the explorer, on demo data that the tests share."""
    if not (BUNDLE / "manifest.json").exists():
        missing("The explorer is not built: `make explorer` builds it")
    async with in_thread(developing(await seeded(server, template), tmp_path_factory.mktemp("dev"))) as served:
        yield served


@pytest.fixture(scope="session")
async def dev_without_bundle(
    server: Server, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """`gql-api dev` of a package that was installed where the explorer could not be built."""
    folder = tmp_path_factory.mktemp("unbuilt")
    shutil.copytree(PROJECT / "alembic", folder / "alembic")
    shutil.copytree(PROJECT / "gql_api", folder / "gql_api", ignore=shutil.ignore_patterns(BUNDLE.name, "__pycache__"))
    async with in_thread(developing(await seeded(server, template), folder, PYTHONPATH=str(folder))) as served:
        yield served


class Watch:
    """What a page has asked for, and what it has complained about."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []

    def on(self, page: Page) -> None:
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url.replace("ws://", "http://")))
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _asked(self, url: str) -> None:
        if not url.startswith(("data:", "blob:", self.origin)):
            self.elsewhere.append(url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@asynccontextmanager
async def opened(browser: Browser, address: str, **options: Any) -> AsyncIterator[tuple[Page, Watch]]:
    """Open a browser that was never here before. Whatever is done on the page, it asks nothing of any other host."""
    parts = urlsplit(address)
    watch = Watch(f"{parts.scheme}://{parts.netloc}/")
    context: BrowserContext = await browser.new_context(viewport={"width": 1200, "height": 760}, **options)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(30_000)
    expect.set_options(timeout=30_000)
    page = await context.new_page()
    watch.on(page)
    try:
        yield page, watch
    finally:
        await context.close()
    assert watch.elsewhere == []


@pytest.fixture
async def fresh(chromium: Browser, dev: Served) -> AsyncIterator[Explorer]:
    """The explorer as a first visitor meets it. Whatever is done with it, the browser has nothing to complain about."""
    async with opened(chromium, dev.address) as (page, watch):
        yield await Explorer.open(page, dev.address)
        assert watch.complaints == []


@pytest.fixture(scope="session")
async def open_explorer(chromium: Browser, dev: Served) -> AsyncIterator[tuple[Explorer, Watch]]:
    async with opened(chromium, dev.address) as (page, watch):
        yield await Explorer.open(page, dev.address), watch


@pytest.fixture
async def explorer(open_explorer: tuple[Explorer, Watch]) -> AsyncIterator[Explorer]:
    """The explorer as somebody has it open all day, with a new tab. To open it takes a browser a second or two."""
    explorer, watch = open_explorer
    watch.complaints.clear()
    await explorer.new_tab()
    yield explorer
    assert (watch.complaints, watch.elsewhere) == ([], [])


@pytest.fixture
def picture() -> Any:
    """Take a picture for the documents, when `make pictures` wants them anew."""
    return partial(_picture, wanted=bool(environ.get("GQL_TEST_PICTURES")))


async def _picture(page: Page, name: str, *, wanted: bool) -> None:
    if wanted:
        taken = await page.screenshot(animations="disabled", caret="hide")
        # A hundred colours are enough, and a third of the size.
        Image.open(BytesIO(taken)).quantize(100).save(PICTURES / f"{name}.png", optimize=True)
