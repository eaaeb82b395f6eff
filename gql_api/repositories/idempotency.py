"""All SQL about idempotency keys."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Executable, Update, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert

from gql_api.models import IdempotencyKey
from gql_api.repositories.statements import fetch
from gql_api.session import Session
from gql_api.shapes.base import Shape

LIFETIME = timedelta(hours=24)

PURGED = 100
"""Most expired keys that one call removes: nobody's call pays for all of yesterday's."""


class EarlierCall(Shape):
    """What is known of the call that a key was sent with first."""

    input_hash: bytes
    created_ids: tuple[int, ...]


class IdempotencyRepository:
    """Named queries over the keys, in the session's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def claim(self, field: str, key: str, input_hash: bytes) -> EarlierCall | None:
        """Take a key that is new or has expired, or return what is known of the call that has it.

        Of two who claim one key at once the second waits until the first one's transaction has ended.
        """
        row = {"field": field, "key": key, "input_hash": input_hash, "created_ids": []}
        if await fetch(self._session, _claimed, row):
            return None
        # The attempt has locked the row, so it is still there.
        (living,) = await fetch(self._session, _living, field, key)
        return EarlierCall.model_validate(dict(living))

    async def store(self, field: str, key: str, created_ids: Sequence[int]) -> None:
        """Keep what was created with a key that was claimed in this transaction."""
        await fetch(self._session, _stored, field, key, list(created_ids))

    async def purge(self) -> None:
        """Remove expired keys, the oldest first, but those that another call is removing or taking."""
        await fetch(self._session, _purged)


def _claimed(row: Mapping[str, Any]) -> ReturningInsert[Any]:
    new = insert(IdempotencyKey).values(row)
    taken_over = new.on_conflict_do_update(
        index_elements=[IdempotencyKey.field, IdempotencyKey.key],
        set_={
            "input_hash": new.excluded.input_hash,
            "created_ids": new.excluded.created_ids,
            "created_at": new.excluded.created_at,
        },
        where=_expired(),
    )
    return taken_over.returning(IdempotencyKey.key)


def _living(field: str, key: str) -> Executable:
    columns = select(IdempotencyKey.input_hash, IdempotencyKey.created_ids)
    return columns.where(IdempotencyKey.field == field, IdempotencyKey.key == key)


def _stored(field: str, key: str, created_ids: Sequence[int]) -> Update:
    claimed = update(IdempotencyKey).where(IdempotencyKey.field == field, IdempotencyKey.key == key)
    return claimed.values(created_ids=created_ids)


def _purged() -> Delete:
    found = select(IdempotencyKey.field, IdempotencyKey.key).where(_expired())
    # A CTE is read once; a subquery may be read again for each row, and would then find others each time.
    oldest = found.order_by(IdempotencyKey.created_at).limit(PURGED).with_for_update(skip_locked=True).cte("oldest")
    which = (IdempotencyKey.field == oldest.c.field, IdempotencyKey.key == oldest.c.key)
    return delete(IdempotencyKey).where(*which)


def _expired() -> ColumnElement[bool]:
    return IdempotencyKey.created_at <= func.statement_timestamp() - LIFETIME
