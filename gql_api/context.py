"""What a resolver is given: the context of one operation, never shared with another."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gql_api.execution import Compiler
from gql_api.loaders import Loaders
from gql_api.session import Sessions
from gql_api.shapes.category import Category
from gql_api.shapes.task import CATEGORY, Task
from gql_api.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. Users and tenants will be told apart by what is added here."""

    name: str
    """For logs and for counting, never secret."""


ANYBODY = Principal("anybody")
"""Who asks where nobody is asked for a token."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What an operation comes with, by an HTTP request or on a WebSocket that carries many of them."""

    sessions: Sessions
    request_id: str
    principal: Principal = ANYBODY


@dataclass(slots=True)
class Context:
    """The context of one operation. Nothing here touches the database before a resolver does."""

    work: UnitOfWork
    loaders: Loaders
    request_id: str
    principal: Principal
    now: datetime
    """The one moment that decides for the whole operation what is overdue."""
    compiler: Compiler | None = None
    """What compiles operations, where they are to be compiled."""
    committed: set[str | int] = field(default_factory=set)
    """Response keys of the mutation's root fields whose change is committed."""

    retries: int = 0
    """How often a root field was run again, because the database had broken it off."""

    def reads_once(self, *, certain: bool) -> None:
        """Say whether one statement at most will read all that is asked for: then it needs no transaction."""
        self.work.single_statement = certain

    def looks_at(self, attributes: Mapping[type, frozenset[str]], along: Collection[str]) -> None:
        """Say which attributes of shapes an answer looks at, where that is known, and what is to be read along with
        what it is related to, by one statement, so that loaders have it then.
        """
        self.work.answer_only(attributes.get(Task), attributes.get(Category))
        if CATEGORY in along:
            self.work.bring_categories_along(self.loaders.category_by_id.prime_later)

    def waits_alone(self, alone: bool, /) -> None:
        """Say whether the current task, which is about to wait, is the only one that works for the operation."""
        self.work.waits_alone(alone)

    def written(self, key: str | int) -> None:
        """Remember the root field of this response key, unless all that it did was rolled back, as in a dry run."""
        if self.work.committed:
            self.committed.add(key)

    @classmethod
    def open(cls, connection: Connection) -> "Context":
        now = datetime.now(UTC)
        work = UnitOfWork(connection.sessions, now)
        return cls(work, Loaders(work), connection.request_id, connection.principal, now)
