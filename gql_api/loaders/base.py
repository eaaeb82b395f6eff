"""What all loaders share."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from gql_api.report import count_batch
from gql_api.repositories import NamedRepository, Repositories, Repository
from gql_api.shapes.base import Entity, NamedEntity
from gql_api.shapes.filter import Filter
from gql_api.shapes.page import Listing, Slice
from gql_api.shapes.text import text_key
from gql_api.unit_of_work import UnitOfWork

KeyT = TypeVar("KeyT")
ResultT = TypeVar("ResultT")
EntityT = TypeVar("EntityT", bound=Entity)
NamedEntityT = TypeVar("NamedEntityT", bound=NamedEntity)
FilterT = TypeVar("FilterT", bound=Filter)


class Loader(DataLoader[KeyT, ResultT]):
    """Collects the keys that are asked for in one turn of the event loop and loads them with one statement."""

    def __init__(self, work: UnitOfWork, load_many: Callable[[list[KeyT]], Awaitable[Sequence[ResultT]]]) -> None:
        super().__init__(load_fn=self._load_batch)
        self._work = work
        self._load_many = load_many
        self.name = ""
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

    async def _load_batch(self, keys: list[KeyT]) -> Sequence[ResultT]:
        count_batch(self.name, len(keys))
        return await self._load_many(keys)


def _see(done: "asyncio.Future[Any]") -> None:
    """Look at the failure of a batch that nobody waits for any more: asyncio would log it as forgotten."""
    if not done.cancelled():
        done.exception()


def by_key(
    work: UnitOfWork,
    find: Callable[[Repositories, Collection[KeyT]], Awaitable[Mapping[KeyT, ResultT]]],
    missing: ResultT,
) -> Loader[KeyT, ResultT]:
    """Make a loader of what a repository finds for keys."""

    async def load(keys: list[KeyT]) -> list[ResultT]:
        async with work.read() as repositories:
            found = await find(repositories, keys)
        return [found.get(key, missing) for key in keys]

    return Loader(work, load)


def by_id(work: UnitOfWork, of: Callable[[Repositories], Repository[Any, EntityT, Any]]) -> Loader[int, EntityT | None]:
    """Make a loader of one kind of entity by id; a missing one is None."""

    async def find(repositories: Repositories, ids: Collection[int]) -> Mapping[int, EntityT | None]:
        return {**await of(repositories).get_many(ids)}

    return by_key(work, find, None)


def one_slice(
    work: UnitOfWork, of: Callable[[Repositories], Repository[Any, EntityT, FilterT]], listing: Listing[FilterT]
) -> Loader[None, Slice[EntityT]]:
    """Make a loader of a window on a list, under the only key None: all fields of a connection share one statement."""

    async def load(keys: list[None]) -> list[Slice[EntityT]]:
        async with work.read() as repositories:
            return [await of(repositories).slice(listing)] * len(keys)

    return Loader(work, load)


def by_name(
    work: UnitOfWork, of: Callable[[Repositories], NamedRepository[Any, NamedEntityT, Any]]
) -> Loader[str, NamedEntityT | None]:
    """Make a loader of one kind of entity by name, without regard to case; a missing one is None."""

    async def load(names: list[str]) -> list[NamedEntityT | None]:
        async with work.read() as repositories:
            found = await of(repositories).by_names(names)
        return [found.get(text_key(name)) for name in names]

    return Loader(work, load)
