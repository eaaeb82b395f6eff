"""The plain form that stands in for the explorer, wherever that is not to be had."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import opened
from tests.browser.explorer import Explorer
from tests.command import Served


async def answer(page: Page) -> Any:
    region = page.get_by_role("region", name="Answer")
    await expect(region).to_contain_text("{")
    return json.loads(await region.inner_text())


async def test_it_works_where_the_explorer_was_not_built(
    chromium: Browser, dev_without_bundle: Served, picture: Any
) -> None:
    async with opened(chromium, dev_without_bundle.address) as (page, watch):
        await page.goto(dev_without_bundle.address)
        await expect(page.get_by_role("status")).to_have_text(
            "The explorer has not been built: `make explorer` builds it. This plain form stands in for it."
        )
        await expect(page.get_by_label("Query or mutation")).to_be_focused()
        await page.keyboard.press("Control+Enter")
        tasks = (await answer(page))["data"]["tasks"]
        assert len(tasks) == 5
        await picture(page, "plain-form")
        await page.get_by_label("Query or mutation").fill("query ($limit: Int) { tasks(limit: $limit) { title } }")
        await page.get_by_label("Variables, as a JSON object").fill('{"limit": 2}')
        await page.get_by_label("Headers, as a JSON object").fill('{"x-team": "web"}')
        async with page.expect_request(lambda request: request.method == "POST") as request:
            await page.get_by_role("button", name="Run").click()
        assert (await request.value).headers["x-team"] == "web"
        await expect(page.get_by_role("region", name="Answer")).not_to_contain_text("category")
        assert len((await answer(page))["data"]["tasks"]) == 2
        await page.get_by_label("Variables, as a JSON object").fill("[1]")
        await page.get_by_role("button", name="Run").click()
        await expect(page.get_by_role("region", name="Answer")).to_have_text(
            "Not sent. The variables cannot be read as a JSON object: it is no object"
        )
        assert watch.complaints == []


@pytest.mark.parametrize("part", ["main-", "explorer-", "monaco-editor-"])
async def test_it_comes_where_a_part_of_the_explorer_does_not(chromium: Browser, dev: Served, part: str) -> None:
    async with opened(chromium, dev.address) as (page, _):
        aborted: list[str] = []

        async def abort(route: Route) -> None:
            aborted.append(route.request.url)
            await route.abort()

        await page.route(f"**/assets/{part}*.js", abort)
        await page.goto(dev.address)
        await expect(page.locator("#missing")).to_contain_text("The explorer could not be loaded")
        assert aborted
        await page.get_by_role("button", name="Run").click()
        assert len((await answer(page))["data"]["tasks"]) == 5
        await expect(page.locator("#explorer")).to_have_count(0)


@pytest.mark.parametrize("part", ["*", "monaco-editor-*"])
async def test_it_can_be_had_while_a_part_of_the_explorer_is_on_its_way(
    chromium: Browser, dev: Served, part: str
) -> None:
    async with opened(chromium, dev.address) as (page, _):
        held: list[Route] = []

        async def hold(route: Route) -> None:
            held.append(route)

        await page.route(f"**/assets/{part}.js", hold)
        await page.goto(dev.address, wait_until="commit")
        if part != "*":  # the explorer comes around it, which takes the way to the form away for a moment
            await expect(page.locator("html")).to_have_attribute("data-explorer", "shown")
        await page.get_by_role("button", name="Use a plain form instead").click()
        await page.get_by_role("button", name="Run").click()
        assert len((await answer(page))["data"]["tasks"]) == 5
        await asyncio.gather(*(route.abort() for route in held))  # Playwright would wait for them


async def test_it_comes_when_the_explorer_breaks(chromium: Browser, dev: Served) -> None:
    async with opened(chromium, dev.address) as (page, _):
        await Explorer.open(page, dev.address)
        # As React tells of what a component throws: it takes everything away.
        await page.evaluate("dispatchEvent(new CustomEvent('explorer-failed', {detail: 'x is not a function'}))")
        await expect(page.locator("#missing")).to_contain_text("(x is not a function)")
        await page.get_by_role("button", name="Run").click()
        assert len((await answer(page))["data"]["tasks"]) == 5


async def test_it_takes_over_what_a_link_holds(chromium: Browser, dev_without_bundle: Served) -> None:
    async with opened(chromium, dev_without_bundle.address) as (page, _):
        await page.goto(
            f"{dev_without_bundle.address}#query=query+%28%24l%3A+Int%21%29+%7B+tasks%28limit%3A+%24l%29+%7B+id+%7D+%7D&variables=%7B%22l%22%3A+1%7D"
        )
        await page.get_by_role("button", name="Run").click()
        assert len((await answer(page))["data"]["tasks"]) == 1


async def test_without_scripts_the_page_says_what_to_do(chromium: Browser, dev: Served) -> None:
    async with opened(chromium, dev.address, java_script_enabled=False) as (page, _):
        await page.goto(dev.address)
        await expect(page.get_by_text("This page needs JavaScript.")).to_be_visible()
        await expect(page.locator("#without-scripts")).to_contain_text(f"curl -s {dev.address} -H")


async def test_the_answer_of_an_earlier_run_does_not_replace_that_of_a_later(
    chromium: Browser, dev_without_bundle: Served
) -> None:
    async with opened(chromium, dev_without_bundle.address) as (page, _):
        await page.goto(dev_without_bundle.address)
        held: list[Route] = []

        async def hold_the_first(route: Route) -> None:
            if held:
                await route.continue_()
            else:
                held.append(route)

        await page.route(urlsplit(dev_without_bundle.address)._replace(path="/graphql").geturl(), hold_the_first)
        await page.get_by_role("button", name="Run").click()
        await expect(page.get_by_role("region", name="Answer")).to_have_text("Running …")
        await page.get_by_label("Query or mutation").fill("{ taskCount }")
        await page.get_by_role("button", name="Run").click()
        assert (await answer(page))["data"]["taskCount"] > 0
        async with page.expect_response("**/graphql") as response:
            await held[0].continue_()
        await (await response.value).finished()
        assert "taskCount" in (await answer(page))["data"]
