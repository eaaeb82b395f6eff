"""What axe finds on the pages: nothing serious in our own markup."""

from typing import Any, Literal
from urllib.parse import urljoin

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

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


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("path", ["/", "/documentation/README.md", "/documentation/docs/explorer.md"])
async def test_nothing_serious_is_found_on_a_page(chromium: Browser, dev: Served, path: str, picture: Any) -> None:
    async with opened(chromium, dev.address) as (page, watch):
        await page.goto(urljoin(dev.address, path))
        if path == "/":
            await picture(page, "landing")
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert await serious(page) == []
        assert watch.complaints == []


async def test_nothing_serious_is_found_on_the_plain_form(chromium: Browser, dev_without_bundle: Served) -> None:
    async with opened(chromium, dev_without_bundle.address) as (page, _):
        await page.goto(dev_without_bundle.address)
        await page.get_by_role("button", name="Run").click()
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert await serious(page) == []


async def test_our_parts_of_the_explorer_are_light_or_dark_and_nothing_serious_is_found_on_them(
    explorer: Explorer,
) -> None:
    page = explorer.page
    await explorer.write("{ taskCount }")
    await explorer.run()
    brightness = """() => {
        const [red, green, blue] = getComputedStyle(document.querySelector(".graphiql-container"))
            .backgroundColor.match(/[\\d.]+/g).map(Number);
        return red + green + blue;
    }"""
    try:
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert (await page.evaluate(brightness) > 380) == (scheme == "light")
            await explorer.button("Share:").click()
            await expect(page.locator(".share-said")).to_be_visible()
            assert await serious(page, {"include": [[part] for part in OURS]}) == []
    finally:
        await page.emulate_media(color_scheme="light")
