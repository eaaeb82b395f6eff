"""How loaders are made of what repositories find."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gql_api.loaders.loader import Loader
from gql_api.repositories import NamedRepository, Repositories, Repository
from gql_api.shapes.base import Entity, NamedEntity
from gql_api.shapes.filter import Filter
from gql_api.shapes.page import Listing, Slice
from gql_api.shapes.rows import Rows, layout
from gql_api.shapes.text import text_key
from gql_api.unit_of_work import UnitOfWork

EntityT = TypeVar("EntityT", bound=Entity)
NamedEntityT = TypeVar("NamedEntityT", bound=NamedEntity)
FilterT = TypeVar("FilterT", bound=Filter)

NOTHING = Slice[Any](Rows(layout(Entity), ()), slice(0), more=False)


def by_id(work: UnitOfWork, of: Callable[[Repositories], Repository[Any, EntityT, Any]]) -> Loader[int, EntityT | None]:
    """Make a loader of one kind of entity by id; a missing one is None."""
    return Loader(work, lambda repositories, ids: of(repositories).get_many(ids), None)


def one_slice(
    work: UnitOfWork, of: Callable[[Repositories], Repository[Any, EntityT, FilterT]], listing: Listing[FilterT]
) -> Loader[None, Slice[EntityT]]:
    """Make a loader of a window on a list, under the only key None: all fields of a connection share one statement."""

    async def find(repositories: Repositories, _: object) -> Mapping[None, Slice[Any]]:
        return {None: await of(repositories).slice(listing)}

    return Loader(work, find, NOTHING)


def by_name(
    work: UnitOfWork, of: Callable[[Repositories], NamedRepository[Any, NamedEntityT, Any]]
) -> Loader[str, NamedEntityT | None]:
    """Make a loader of one kind of entity by name, without regard to case; a missing one is None."""

    async def find(repositories: Repositories, names: list[str]) -> Mapping[str, Any]:
        found = await of(repositories).by_names(names)
        return {name: found.get(text_key(name)) for name in names}

    return Loader(work, find, None)
