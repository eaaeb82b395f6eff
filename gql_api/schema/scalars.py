"""Scalars of our own."""

import re
from datetime import UTC, datetime

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from gql_api.driver import EARLIEST, LATEST
from gql_api.execution.leaves import Leaf

# RFC 3339, section 5.6, without leap seconds; finer than a microsecond only as zeros, since the rest would be lost.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,6}0*)?(?:[Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)


def parse_datetime(value: object) -> datetime:
    """Return the moment in UTC. Raises GraphQLError for anything but an RFC 3339 date-time with an offset."""
    if not isinstance(value, str) or not RFC_3339.fullmatch(value):
        raise GraphQLError("DateTime must be an RFC 3339 date-time with an offset, such as 2026-01-31T09:30:00Z.")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError("DateTime must be a date and time that exists, in the years 1 to 9999 of UTC.") from None
    if not EARLIEST < moment < LATEST:
        raise GraphQLError("DateTime must lie between the first and the last moment of the years 1 to 9999 of UTC.")
    return moment


def serialize_datetime(value: datetime) -> str:
    return value.isoformat() if value.tzinfo is UTC else value.astimezone(UTC).isoformat()


IN_UTC = "v.__class__ is datetime and v.tzinfo is UTC"
WRITTEN = {"DateTime": Leaf(IN_UTC, "v", {"datetime": datetime, "UTC": UTC}, sure=True, takes=datetime)}
"""What orjson writes as `serialize_datetime` does: all times that the database answers."""

DateTime: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    description=(
        "A moment as an RFC 3339 date-time, to the microsecond. Send it with any offset (`2026-01-31T10:30:00+01:00`); "
        "it is answered in UTC (`2026-01-31T09:30:00+00:00`)."
    ),
    specified_by_url="https://scalars.graphql.org/chillicream/date-time.html",
    serialize=serialize_datetime,
    parse_value=parse_datetime,
)
