"""The checks before a change, in the order the contract gives: does it exist, is it the version the client knows."""

from typing import TypeVar

from gql_api.errors import Kind, NotFoundError, VersionConflictError, Versioned

RowT = TypeVar("RowT", bound=Versioned)


def found(kind: Kind, row: RowT | None, id: int, *place: str) -> RowT:
    """Return the row, or raise NotFoundError."""
    if row is None:
        raise NotFoundError(kind, *place, id=id)
    return row


def at_version(current: Versioned, expected: int | None) -> None:
    """Raise VersionConflictError with the row when the client has seen another version of it."""
    if expected is not None and current.version != expected:
        raise VersionConflictError(current, expected, "expected_version")
