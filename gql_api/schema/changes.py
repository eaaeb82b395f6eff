"""What has changed in the schema since an earlier one, and what that means for those who use it."""

from enum import StrEnum

from graphql import GraphQLError, build_schema
from graphql.utilities import BreakingChange, DangerousChange, find_schema_changes

from gql_api.errors import StartupError
from gql_api.schema import schema


class Weight(StrEnum):
    """What a change means for an operation that was valid before."""

    BREAKING = "BREAKING"
    """It may no longer be valid, or its answer may have another shape."""
    DANGEROUS = "DANGEROUS"
    """It is valid, but may behave otherwise: a new enum value or union member may come that it does not know."""
    SAFE = "SAFE"


def changes_since(sdl: str) -> list[tuple[Weight, str]]:
    """Compare an earlier schema with this one: each change in a sentence, the breaking ones first.

    Raises StartupError when the text is no GraphQL schema.
    """
    try:
        earlier = build_schema(sdl)
    except (GraphQLError, TypeError) as error:
        places = error.locations if isinstance(error, GraphQLError) else None
        where = f" at line {places[0].line}, column {places[0].column}" if places else ""
        raise StartupError(f"This is no GraphQL schema{where}: {str(error).splitlines()[0]}") from None
    found = [
        (_weight(change), change.description) for change in find_schema_changes(earlier, build_schema(schema.as_str()))
    ]
    return sorted(found, key=lambda change: list(Weight).index(change[0]))


def _weight(change: object) -> Weight:
    match change:
        case BreakingChange():
            return Weight.BREAKING
        case DangerousChange():
            return Weight.DANGEROUS
        case _:
            return Weight.SAFE
