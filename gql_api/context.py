"""What a resolver is given: the context of one operation, never shared with another."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from gql_api.db import Sessions
from gql_api.loaders import Loaders
from gql_api.unit_of_work import UnitOfWork


class Connection(Protocol):
    """What outlives an operation: an HTTP request, or a WebSocket that carries many of them."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def request_id(self) -> str: ...

    @property
    def introspection(self) -> bool:
        """Whether the schema may be asked for."""
        ...


@dataclass(slots=True)
class Context:
    """The context of one operation. Nothing here touches the database before a resolver does."""

    work: UnitOfWork
    loaders: Loaders
    request_id: str
    now: datetime
    """The one moment that decides for the whole operation what is overdue."""
    committed: set[str | int] = field(default_factory=set)
    """Response keys of the mutation's root fields whose change is committed."""

    def written(self, key: str | int) -> None:
        """Remember the root field of this response key, unless all that it did was rolled back, as in a dry run."""
        if self.work.committed:
            self.committed.add(key)

    @classmethod
    def open(cls, connection: Connection) -> "Context":
        now = datetime.now(UTC)
        work = UnitOfWork(connection.sessions, now)
        return cls(work, Loaders(work), connection.request_id, now)
