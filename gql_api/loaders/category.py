"""Loaders that answer categories."""

from gql_api.loaders.base import Loader
from gql_api.shapes.category import Category
from gql_api.shapes.text import text_key
from gql_api.unit_of_work import UnitOfWork


def category_by_id(work: UnitOfWork) -> Loader[int, Category | None]:
    async def load(ids: list[int]) -> list[Category | None]:
        async with work.read() as repositories:
            found = await repositories.categories.get_many(ids)
        return [found.get(id) for id in ids]

    return Loader(work, load)


def category_by_name(work: UnitOfWork) -> Loader[str, Category | None]:
    async def load(names: list[str]) -> list[Category | None]:
        async with work.read() as repositories:
            found = await repositories.categories.by_names(names)
        return [found.get(text_key(name)) for name in names]

    return Loader(work, load)
