"""Loaders that answer categories."""

from gql_api.loaders.base import by_id, by_name, one_slice
from gql_api.loaders.loader import Loader
from gql_api.shapes.category import Category, CategoryFilter
from gql_api.shapes.page import Listing, Slice
from gql_api.unit_of_work import UnitOfWork


def category_by_id(work: UnitOfWork) -> Loader[int, Category | None]:
    return by_id(work, lambda repositories: repositories.categories)


def category_by_name(work: UnitOfWork) -> Loader[str, Category | None]:
    return by_name(work, lambda repositories: repositories.categories)


def category_slice(work: UnitOfWork, listing: Listing[CategoryFilter]) -> Loader[None, Slice[Category]]:
    return one_slice(work, lambda repositories: repositories.categories, listing)
