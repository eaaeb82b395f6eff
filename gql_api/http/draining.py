"""Whether this process is about to end: it then takes nothing new, and finishes what it has."""

import asyncio


class Draining:
    """One for each process."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()

    @property
    def begun(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        self._begun.set()

    async def wait(self) -> None:
        """Wait until it begins."""
        await self._begun.wait()
