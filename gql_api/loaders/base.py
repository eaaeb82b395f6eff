"""How loaders are made of what repositories find."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, TypeVar

from gql_api.loaders.loader import Loader
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
