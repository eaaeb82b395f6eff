"""GraphiQL as a person uses it: by what is written on it, and by the keyboard."""

import asyncio
import json
import re
from typing import Any

from playwright.async_api import Locator, Page, expect


async def until(page: Page, expression: str) -> None:
    """Wait until an expression holds. The page's policy forbids what Playwright does for that: `eval`."""
    async with asyncio.timeout(30):
        while not await page.evaluate(expression):  # noqa: ASYNC110 - it is the browser that knows
            await asyncio.sleep(0.05)


EXAMPLES = 4
"""Tabs that are there to begin with."""


class Explorer:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.result = page.get_by_role("region", name="Result Window")
        self.query = page.get_by_role("region", name="Operation Editor")

    @classmethod
    async def open(cls, page: Page, address: str) -> "Explorer":
        await page.goto(address)
        explorer = cls(page)
        await explorer.until_ready()
        return explorer

    async def until_ready(self) -> None:
        await self.page.locator("html[data-explorer=ready]").wait_for(state="attached")
        await until(self.page, "globalThis.__MONACO?.editor.getEditors().length >= 3")

    async def new_tab(self) -> None:
        """Open one beside the examples, and close what others before have opened."""
        panel = self.page.get_by_role("button", name=re.compile("^Hide .*(Explorer|History)$"))
        if await panel.count():
            await panel.click()
        tabs = self.page.get_by_role("tab")
        for left in reversed(range(EXAMPLES, await tabs.count())):
            await tabs.last.click()
            await tabs.last.get_by_role("button", name="Close Tab").click()
            await expect(tabs).to_have_count(left)
        await self.button("New tab").click()

    async def is_titled(self, title: str) -> None:
        """Wait until the tab that is open has this title."""
        await expect(self.page.get_by_role("tab", selected=True).get_by_role("button", name=title)).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def tabs(self) -> list[str]:
        return await self.page.get_by_role("tab").all_inner_texts()

    async def text_of(self, file: str) -> str:
        """Return all text of an editor, also what is scrolled out of sight: `operation.graphql`, `response.json` …"""
        text: str = await self.page.evaluate(
            "file => globalThis.__MONACO.editor.getModels().find(it => it.uri.path.endsWith(file)).getValue()", file
        )
        return text

    async def write(self, text: str) -> None:
        """Paste a query over the one that is there."""
        await self.query.locator(".view-lines").click()
        await self.paste(text)

    async def write_variables(self, text: str) -> None:
        await self._write_below("Variables", text)

    async def write_headers(self, text: str) -> None:
        await self._write_below("Headers", text)

    async def _write_below(self, name: str, text: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()
        await self.page.get_by_role("region", name=name).locator(".view-lines:visible").click()
        await self.paste(text)

    async def paste(self, text: str) -> None:
        """Paste over all there is in the editor that has the focus."""
        await self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.press("ControlOrMeta+v")
        pasted = f"globalThis.__MONACO.editor.getModels().some(it => it.getValue() === {json.dumps(text)})"
        await until(self.page, pasted)

    async def run(self) -> Any:
        await self.button("Execute query (Ctrl-Enter)").click()
        return await self.answer()

    async def answer(self) -> Any:
        """Wait for the answer, and return it."""
        await expect(self.result).to_contain_text("{")
        return json.loads(await self.text_of("response.json"))
