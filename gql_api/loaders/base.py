"""What all loaders share."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from gql_api.unit_of_work import UnitOfWork

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")


class Loader(DataLoader[KeyT, ResultT]):
    """Collects the keys that are asked for in one turn of the event loop and loads them with one statement."""

    def __init__(self, work: UnitOfWork, load_many: Callable[[list[KeyT]], Awaitable[Sequence[ResultT]]]) -> None:
        super().__init__(load_fn=load_many)
        self._work = work
        work.when_written(self.clear_all)

    def load(self, key: KeyT) -> Awaitable[ResultT]:
        """Return the key's value when the batch has it.

        All who ask for a key share one future. GraphQL cancels the siblings of a field that failed; the shield keeps
        that from those who asked for the same key elsewhere, and from the statement that is running.
        """
        self._work.check_not_held()
        shared = asyncio.ensure_future(super().load(key))
        shared.add_done_callback(_see)
        return asyncio.shield(shared)


def _see(done: "asyncio.Future[Any]") -> None:
    """Look at the failure of a batch that nobody waits for any more: asyncio would log it as forgotten."""
    if not done.cancelled():
        done.exception()
