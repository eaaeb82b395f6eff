"""What a process knows of its own end, for those who must not begin anything new then."""

import asyncio


class Draining:
    """One for each process, at `app.state.draining`."""

    def __init__(self) -> None:
        self.begun = False
        """The process was told to end. All goes on, but load balancers should send nobody any more."""
        self.closing = asyncio.Event()
        """Nobody is accepted any more: what is in flight ends, and nothing begins on connections that stay open."""

    def begin(self) -> None:
        self.begun = True

    def close(self) -> None:
        self.begun = True
        self.closing.set()
