"""Loaders that answer tags."""

from collections.abc import Sequence

from gql_api.loaders.base import Loader, by_id, by_name
from gql_api.shapes.tag import Tag
from gql_api.unit_of_work import UnitOfWork


def tag_by_id(work: UnitOfWork) -> Loader[int, Tag | None]:
    return by_id(work, lambda repositories: repositories.tags)


def tag_by_name(work: UnitOfWork) -> Loader[str, Tag | None]:
    return by_name(work, lambda repositories: repositories.tags)


def tags_by_task_id(work: UnitOfWork) -> Loader[int, Sequence[Tag]]:
    async def load(ids: list[int]) -> list[Sequence[Tag]]:
        async with work.read() as repositories:
            found = await repositories.tags.by_task_ids(ids)
        return [found.get(id, ()) for id in ids]

    return Loader(work, load)
