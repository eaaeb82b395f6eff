"""What has changed in the schema since an earlier one, and what that means for those who use it."""

from collections.abc import Iterator
from enum import StrEnum

from graphql import GraphQLError, GraphQLSchema, build_schema
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
    now = build_schema(schema.as_str())
    found = [(_weight(change), change.description) for change in find_schema_changes(earlier, now)]
    found += [(Weight.SAFE, sentence) for sentence in _deprecations(earlier, now)]
    return sorted(found, key=lambda change: list(Weight).index(change[0]))


def deprecated(of: GraphQLSchema) -> dict[str, str]:
    """Return the reason for each element that is deprecated, by its coordinate."""
    found: dict[str, str] = {}
    for type_ in of.type_map.values():
        inner = {**getattr(type_, "fields", {}), **getattr(type_, "values", {})}
        for name, element in inner.items():
            elements = {f"{type_.name}.{name}": element}
            for argument, each in getattr(element, "args", {}).items():
                elements[f"{type_.name}.{name}({argument}:)"] = each
            found |= {where: each.deprecation_reason for where, each in elements.items() if each.deprecation_reason}
    return found


def _deprecations(earlier: GraphQLSchema, now: GraphQLSchema) -> Iterator[str]:
    """Yield what graphql-core's comparison does not look at."""
    before, after = deprecated(earlier), deprecated(now)
    for where, reason in after.items():
        if before.get(where) != reason:
            yield f"{where} is deprecated: {reason}"
    for where in before.keys() - after.keys():
        yield f"{where} is deprecated no longer, or gone."


def _weight(change: object) -> Weight:
    match change:
        case BreakingChange():
            return Weight.BREAKING
        case DangerousChange():
            return Weight.DANGEROUS
        case _:
            return Weight.SAFE
