"""Loaders that answer tags."""

from collections.abc import Sequence

from gql_api.loaders.base import by_id, by_name, one_slice
from gql_api.loaders.loader import Loader
from gql_api.shapes.page import Listing, Slice
from gql_api.shapes.tag import Tag, TagFilter
from gql_api.unit_of_work import UnitOfWork


def tag_by_id(work: UnitOfWork) -> Loader[int, Tag | None]:
    return by_id(work, lambda repositories: repositories.tags)


def tag_by_name(work: UnitOfWork) -> Loader[str, Tag | None]:
    return by_name(work, lambda repositories: repositories.tags)


def tags_by_task_id(work: UnitOfWork) -> Loader[int, Sequence[Tag]]:
    return Loader(work, lambda repositories, ids: repositories.tags.by_task_ids(ids), ())


def tag_slice(work: UnitOfWork, listing: Listing[TagFilter]) -> Loader[None, Slice[Tag]]:
    return one_slice(work, lambda repositories: repositories.tags, listing)
