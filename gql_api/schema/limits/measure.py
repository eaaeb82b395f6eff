"""How much an operation would execute, counted before it does.

Fragments count as often as they are spread, and what `@skip` and `@include` leave out does not count. Each selection
set is looked at once, whatever the numbers become: a fragment's are added up once and taken for each spread. Fields
that the executor merges, as the same field in two fragments, are counted apart: the numbers are upper bounds.

A document need not be valid: what the schema does not know counts as a plain field, and a fragment within itself once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    get_introspection_query,
    parse,
)

from gql_api.errors import RequestErrorCode
from gql_api.schema.limits import fragments as all_fragments
from gql_api.schema.limits.bounds import Limits, check
from gql_api.schema.limits.cost import ASSUMED_SIZE, MOST, Values
from gql_api.schema.limits.sums import Adding

INTROSPECTION_BUDGET = 2
"""How often the standard question for the whole schema may be asked in one operation."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What an operation would take. `cost` is in points; that of introspection is apart, in fields."""

    cost: int
    introspection: int
    depth: int
    aliases: int
    root_fields: int
    directives: int
    fragments: int


def measure(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
    limits: Limits,
) -> Measure:
    """Return what an operation would take, or raise the RequestError of the first limit that it exceeds."""
    found = _measured(schema, document, operation, variables)
    code, several = RequestErrorCode, "send several operations"
    for each, number, allowed, has, remedy in (
        (code.QUERY_TOO_DEEP, found.depth, limits.depth, "has fields {} deep within each other", several),
        (code.TOO_MANY_FRAGMENTS, found.fragments, limits.fragments, "spreads fragments {} times", several),
        (code.TOO_MANY_ROOT_FIELDS, found.root_fields, limits.root_fields, "has {} root fields", several),
        (code.TOO_MANY_ALIASES, found.aliases, limits.aliases, "has {} aliases", several),
        (code.TOO_MANY_DIRECTIVES, found.directives, limits.directives, "has {} directives", several),
    ):
        check(each, number, allowed, f"The operation {has}", remedy)
    if found.introspection:
        has, remedy = "The operation asks for {} fields of the schema", "ask for the schema once, and keep it"
        check(code.TOO_COSTLY, found.introspection, introspection_budget(schema), has, remedy)
    remedy = "ask for fewer fields or smaller pages"
    check(code.TOO_COSTLY, found.cost, limits.cost, "The operation asks for {} points", remedy)
    return found


@lru_cache(maxsize=8)
def introspection_budget(schema: GraphQLSchema) -> int:
    """Return how many fields of the schema itself one operation may ask for."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    document = parse(query)
    (operation, *_) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return INTROSPECTION_BUDGET * _measured(schema, document, operation, None).introspection


def _measured(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> Measure:
    fragments = all_fragments.by_name(document)
    adding = Adding(schema, Values(operation, variables))
    for name in all_fragments.inner_first(fragments, operation.selection_set):
        fragment = fragments[name]
        on = schema.get_type(fragment.type_condition.name.value)
        adding.fragments[name] = sums = adding.up(fragment.selection_set, on)
        sums.directives += len(fragment.directives or ())
    sums = adding.up(operation.selection_set, schema.get_root_type(operation.operation))
    return Measure(
        cost=round(min(MOST, sums.cost + sums.listed * ASSUMED_SIZE)),
        introspection=round(sums.introspection),
        depth=sums.depth,
        aliases=sums.aliases,
        root_fields=sums.fields,
        directives=sums.directives + len(operation.directives or ()),
        fragments=sums.fragments,
    )
