"""From an operation to the plan of its answer: which fields each object has, grouped and merged ahead of time.

What is grouped depends on the variables in `@skip` and `@include` alone, so a plan is one for each of their values. It
is graphql-core itself that groups (GraphQL specification, "Collecting Fields").
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationType,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields, collect_subfields

from gql_api.execution.called import Called, called
from gql_api.execution.declared import Attribute, Declaration, Derived, Relation, declaration, instances, reads
from gql_api.execution.given import KnownArguments, arguments_of
from gql_api.shapes.rows import Layout

MOST = 500
"""Places in a plan, with a field's counted for each type that its object may have: what takes a tenth of a second."""


MOST_LAYOUTS = 4
"""For how many layouts of rows a list is compiled."""


class NotPlannedError(Exception):
    """The operation is left to the ordinary executor, for a reason that may be counted."""


class ByRow(NamedTuple):
    """The compiled functions that select from rows."""

    select: Any
    """From one of them."""
    all: Any
    """From a whole list of them, of which everything is certain; None where it is not."""


@dataclass(slots=True, eq=False)
class Place:
    """A position of the answer: a field's, or that of the items of a list."""

    number: int
    details: list[FieldDetails]
    nodes: list[FieldNode]
    type: GraphQLOutputType
    """As declared, with what may be null."""
    above: tuple[bool, ...]
    """Which of the positions above it may be null, from the root on."""
    field: "Field"
    """The field whose value it is, or is in."""
    items: "Place | None" = None
    objects: dict[str, "Selection"] = dataclasses.field(default_factory=dict)
    """What is selected of each type that an object here may have, by the type's name."""
    complete: Any = None
    """The compiled function that completes a value (GraphQL specification, "Value Completion")."""
    by_row: dict[Layout, ByRow | None] = dataclasses.field(default_factory=dict)
    """For the items of a list: the compiled functions that select from their rows, where there are any."""

    nullable: bool = dataclasses.field(init=False)
    named: Any = dataclasses.field(init=False)
    """Its type without what says that it may not be null."""
    up: int | None = dataclasses.field(init=False)
    """How many positions above it the nearest one is that may be null; None if that is the whole answer."""

    def __post_init__(self) -> None:
        self.nullable = not is_non_null_type(self.type)
        self.named = get_nullable_type(self.type)
        self.up = next((up for up, nullable in enumerate(reversed(self.above), 1) if nullable), None)


@dataclass(slots=True, eq=False)
class Field(Place):
    key: str = ""
    name: str = ""
    definition: GraphQLField = None  # type: ignore[assignment]
    parent: GraphQLObjectType = None  # type: ignore[assignment]
    declared: Declaration = None
    called: Called | None = None
    """How its resolver is called, where nothing else is declared and Strawberry need not do it."""
    relation: int = 0
    """The place of its entries among those of a region's relations, which begin with 1."""
    fill: Any = None
    """For a relation: the compiled function that completes the values of many parents."""
    arguments: KnownArguments | None = None
    """What is known of its arguments beforehand; None where each execution has to find out."""
    prepared: Any = None
    """What arguments come to that are the same in every execution, once they have been looked at."""


@dataclass(slots=True, eq=False)
class Selection:
    """The fields of an object of one type at one place."""

    number: int
    type: GraphQLObjectType
    fields: list[Field]
    typenames: list[str]
    """The response keys of `__typename`."""
    keys: list[str]
    """All response keys, in their order."""
    function: Any = None


@dataclass(slots=True, eq=False)
class Plan:
    root: Selection
    relations: list[Field]
    """The fields that are relations, in the order of their numbers."""
    places: list[Place]
    selections: list[Selection]
    reads_once: bool
    """Whether one statement at most reads all that is asked for."""
    along: frozenset[str]
    """What is related to objects, and is to be read along with these, by the names under which it is declared."""
    looked_at: Mapping[type, frozenset[str]]
    """Of the instances of classes: which attributes are looked at, where that is known."""
    compile_by_row: Callable[[Place, Layout], ByRow | None] = lambda _place, _layout: None
    """Returns compiled functions that select from rows at a place; None where rows of the layout will not do."""

    def by_row(self, place: Place, layout: Layout) -> ByRow | None:
        """Return what selects from the rows of a list's items; None where the items themselves are needed."""
        known = place.by_row
        if layout not in known:
            if len(known) >= MOST_LAYOUTS:
                return None
            known[layout] = self.compile_by_row(place, layout)
        return known[layout]


class Planner:
    """Makes the plan of one execution, and of all that are alike in `@skip` and `@include`."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._schema = executor.schema
        self._places: list[Place] = []
        self._selections: list[Selection] = []
        self._relations: list[Field] = []

    def plan(self) -> Plan:
        """Return the plan. Raises NotPlannedError, or GraphQLError where the ordinary executor would."""
        executor = self._executor
        type_ = self._schema.get_root_type(executor.operation.operation)
        if type_ is None:
            raise NotPlannedError("no root type")
        collected = collect_fields(
            self._schema, executor.fragments, executor.variable_values, type_, executor.operation
        )
        root = self._selection(type_, collected, ())
        along = self._along() if executor.operation.operation is OperationType.QUERY else frozenset()
        declared = [field.declared for field in self._relations if isinstance(field.declared, Relation)]
        read = sum(relation.reads for relation in declared if relation.along not in along)
        once, looked_at = self._reads_once(root, read), self._looked_at()
        return Plan(root, self._relations, self._places, self._selections, once, along, looked_at)

    def _along(self) -> frozenset[str]:
        declared = [field.declared for field in self._relations]
        return frozenset(each.along for each in declared if isinstance(each, Relation) and each.along is not None)

    def _looked_at(self) -> dict[type, frozenset[str]]:
        """Return which attributes are asked for, anywhere: a loader has one object for all."""
        found: dict[type, frozenset[str] | None] = {}
        for selection in self._selections:
            if (cls := instances(selection.type)) is not None:
                asked, before = _attributes(selection), found.get(cls, frozenset())
                found[cls] = None if asked is None or before is None else before | asked
        return {cls: names for cls, names in found.items() if names is not None}

    def _reads_once(self, root: Selection, more_reads: int) -> bool:
        """Whether all fields but one are known, and that one and the relations read one statement together."""
        (only, *more) = root.fields or (None,)
        if only is None or more or (read := reads(only.definition)) is None:
            return False
        fields = [place for place in self._places if isinstance(place, Field) and place is not only]
        return all(field.declared is not None for field in fields) and read + more_reads <= 1

    def _selection(self, type_: GraphQLObjectType, collected: CollectedFields, above: tuple[bool, ...]) -> Selection:
        if collected.new_defer_usages:
            raise NotPlannedError("incremental")
        selection = Selection(len(self._selections), type_, [], [], [])
        self._selections.append(selection)
        for key, details in collected.grouped_field_set.items():
            node = details[0].node
            definition = self._schema.get_field(type_, node.name.value)
            if definition is None:
                continue
            selection.keys.append(key)
            if node.name.value == "__typename":
                selection.typenames.append(key)
                continue
            selection.fields.append(self._field(key, details, definition, type_, above))
        return selection

    def _field(
        self,
        key: str,
        details: list[FieldDetails],
        definition: GraphQLField,
        parent: GraphQLObjectType,
        above: tuple[bool, ...],
    ) -> Field:
        if any(each.fragment_variable_values for each in details):
            raise NotPlannedError("fragment variables")
        nodes = [each.node for each in details]
        planned = Field(self._number(), details, nodes, definition.type, above, None)  # type: ignore[arg-type]
        planned.field, planned.key, planned.name = planned, key, nodes[0].name.value
        planned.definition, planned.parent = definition, parent
        planned.declared = declaration(definition)
        if planned.declared is None:
            planned.called = called(definition, self._schema)
        if isinstance(planned.declared, Relation):
            self._relations.append(planned)
            planned.relation = len(self._relations)
        planned.arguments = arguments_of(definition, nodes[0])
        self._places.append(planned)
        self._inside(planned)
        return planned

    def _inside(self, place: Place) -> None:
        """Plan what is inside of a place's value."""
        above = (*place.above, place.nullable)
        if is_list_type(place.named):
            items = Place(self._number(), place.details, place.nodes, place.named.of_type, above, place.field)
            place.items = items
            self._places.append(items)
            self._inside(items)
            return
        for type_ in self._possible(place.named):
            executor = self._executor
            collected = collect_subfields(
                self._schema,
                executor.fragments,
                executor.variable_values,
                executor.operation,
                type_,
                place.details,
            )
            place.objects[type_.name] = self._selection(type_, collected, above)

    def _possible(self, type_: Any) -> Iterator[GraphQLObjectType]:
        if is_object_type(type_):
            yield type_
        elif is_abstract_type(type_):
            abstract: GraphQLAbstractType = type_
            yield from self._schema.get_possible_types(abstract)

    def _number(self) -> int:
        if len(self._places) >= MOST:
            raise NotPlannedError("size")
        return len(self._places)


def _attributes(selection: Selection) -> frozenset[str] | None:
    """Return the attributes of its object that a selection looks at; None where that is not known."""
    found: set[str] = set()
    for field in selection.fields:
        match field.declared:
            case Attribute(name):
                found.add(name)
            case Derived(_, needs) if needs is not None:
                found.update(needs)
            case Relation(key) if key is not None:
                found.add(key)
            case _:
                return None
    return frozenset(found)
