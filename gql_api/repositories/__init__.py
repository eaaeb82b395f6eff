"""All SQL, as named queries over each entity. Repositories are given a session, return shapes, flush and never
commit.
"""

from sqlalchemy.ext.asyncio import AsyncSession

from gql_api.repositories.base import Lock, Repository
from gql_api.repositories.category import CategoryRepository
from gql_api.repositories.named import NamedRepository
from gql_api.repositories.tag import TagRepository
from gql_api.repositories.task import TaskRepository

__all__ = ["Lock", "NamedRepository", "Repositories", "Repository"]


class Repositories:
    """The repositories of one session."""

    def __init__(self, session: AsyncSession) -> None:
        self.tasks = TaskRepository(session)
        self.categories = CategoryRepository(session)
        self.tags = TagRepository(session)
