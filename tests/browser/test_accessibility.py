"""What axe finds on the pages: nothing serious in our own markup."""

from typing import Any
from urllib.parse import urljoin

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser

from tests.browser.conftest import opened
from tests.browser.explorer import Explorer
from tests.command import Served

OURS = [".answer-bar", ".home", ".share-said", "button[aria-label^=Share]"]
"""Our own parts of the explorer. The rest of its markup is GraphiQL's and Monaco's."""


async def serious(page: Any, context: Any = None) -> list[tuple[str, list[str]]]:
    found = await Axe().run(page, context=context)
    assert found.response["passes"]
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found.response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/documentation/README.md", "/documentation/docs/front-end.md"])
async def test_nothing_serious_is_found_on_a_page(
    chromium: Browser, dev: Served, path: str, scheme: Any, picture: Any
) -> None:
    async with opened(chromium, dev.address, color_scheme=scheme) as (page, watch):
        await page.goto(urljoin(dev.address, path))
        if (path, scheme) == ("/", "light"):
            await picture(page, "landing")
        assert await serious(page) == []
        assert watch.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_serious_is_found_on_the_plain_form(
    chromium: Browser, dev_without_bundle: Served, scheme: Any
) -> None:
    async with opened(chromium, dev_without_bundle.address, color_scheme=scheme) as (page, _):
        await page.goto(dev_without_bundle.address)
        await page.get_by_role("button", name="Run").click()
        assert await serious(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_serious_is_found_on_our_parts_of_the_explorer(
    chromium: Browser, dev: Served, scheme: Any
) -> None:
    async with opened(chromium, dev.address, color_scheme=scheme) as (page, _):
        explorer = await Explorer.open(page, dev.address)
        await explorer.run()
        await explorer.button("Share:").click()
        assert await serious(page, {"include": [[part] for part in OURS]}) == []
        # And it is light or dark as the system is.
        brightness = """() => {
            const [red, green, blue] = getComputedStyle(document.querySelector(".graphiql-container"))
                .backgroundColor.match(/[\\d.]+/g).map(Number);
            return red + green + blue;
        }"""
        assert (await page.evaluate(brightness) > 380) == (scheme == "light")
