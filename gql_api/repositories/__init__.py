"""All SQL, as named queries over each entity. Repositories are given a session, return shapes and never commit."""

from datetime import datetime

from gql_api.repositories.along import TellCategories
from gql_api.repositories.base import Lock, Repository
from gql_api.repositories.category import CategoryRepository
from gql_api.repositories.idempotency import IdempotencyRepository
from gql_api.repositories.named import NamedRepository
from gql_api.repositories.tag import TagRepository
from gql_api.repositories.task import TaskRepository
from gql_api.repositories.task_writes import MissingCategoryError
from gql_api.session import Session

__all__ = ["Lock", "MissingCategoryError", "NamedRepository", "Repositories", "Repository", "TellCategories"]


class Repositories:
    """The repositories of one session, which see it at one moment: `now` decides what is overdue."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.tasks = TaskRepository(session, now)
        self.categories = CategoryRepository(session, now)
        self.tags = TagRepository(session, now)
        self.idempotency = IdempotencyRepository(session)
