"""Loaders that answer categories."""

from gql_api.loaders.base import Loader, by_id, by_name
from gql_api.shapes.category import Category
from gql_api.unit_of_work import UnitOfWork


def category_by_id(work: UnitOfWork) -> Loader[int, Category | None]:
    return by_id(work, lambda repositories: repositories.categories)


def category_by_name(work: UnitOfWork) -> Loader[str, Category | None]:
    return by_name(work, lambda repositories: repositories.categories)
