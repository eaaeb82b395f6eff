"""Sums over selection sets: each is looked at once, and what it holds is added to those around it."""

from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_introspection_type,
    is_list_type,
)

from gql_api.schema.limits.cost import ASSUMED_SIZE, MOST, OBJECTS, Values, introspection_sizes, size, weight


@dataclass(slots=True)
class Sums:
    """What is in a selection set, and in all below it."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fragments: int = 0
    fields: int = 0
    """Those of this level alone."""
    cost: float = 0
    listed: float = 0
    """What costs as often as a list is long whose size the field around it decides."""
    introspection: float = 0

    def add(self, other: "Sums") -> None:
        """Add what another one has at the same level."""
        self.fields += other.fields
        self.add_below(other)
        self.depth = max(self.depth, other.depth)
        self.cost += other.cost
        self.listed += other.listed
        self.introspection += other.introspection

    def add_below(self, other: "Sums") -> None:
        """Add what counts the same at any level."""
        self.aliases += other.aliases
        self.directives += other.directives
        self.fragments += other.fragments

    def saturate(self) -> None:
        for name in self.__slots__:
            setattr(self, name, min(getattr(self, name), MOST))


class Adding:
    """Adds up definitions, one after the other; those that they spread come first."""

    def __init__(self, schema: GraphQLSchema, values: Values) -> None:
        self.fragments: dict[str, Sums] = {}
        self._schema = schema
        self._values = values
        self._sums: dict[int, Sums] = {}
        """By the id of the selection set, which the document keeps alive."""

    def up(self, outer: SelectionSetNode, on: GraphQLNamedType | None) -> Sums:
        """Return the sums of a selection set on a type."""
        # Without recursion: what is written later is deeper, or beside, so that backwards all parts come first.
        sets = [(outer, on)]
        for selection_set, parent in sets:
            sets += self._inner(selection_set, parent)
        for selection_set, parent in reversed(sets):
            self._sums[id(selection_set)] = self._add(selection_set, parent)
        return self._sums[id(outer)]

    def _inner(
        self, outer: SelectionSetNode, parent: GraphQLNamedType | None
    ) -> list[tuple[SelectionSetNode, GraphQLNamedType | None]]:
        found: list[tuple[SelectionSetNode, GraphQLNamedType | None]] = []
        for selection in outer.selections:
            if isinstance(selection, FieldNode) and selection.selection_set:
                definition = self._definition(parent, selection)
                found.append((selection.selection_set, _named(definition)))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                found.append(
                    (selection.selection_set, self._schema.get_type(condition.name.value) if condition else parent)
                )
        return found

    def _add(self, outer: SelectionSetNode, parent: GraphQLNamedType | None) -> Sums:
        sums = Sums()
        for selection in outer.selections:
            sums.directives += len(selection.directives or ())
            if self._left_out(selection):
                continue
            if isinstance(selection, FieldNode):
                self._add_field(sums, selection, parent)
            elif isinstance(selection, FragmentSpreadNode):
                sums.fragments += 1
                sums.add(self.fragments.get(selection.name.value, Sums()))
            elif isinstance(selection, InlineFragmentNode):
                sums.add(self._sums[id(selection.selection_set)])
        sums.saturate()
        return sums

    def _add_field(self, sums: Sums, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        definition = self._definition(parent, node)
        below = self._sums[id(node.selection_set)] if node.selection_set else Sums()
        sums.fields += 1
        sums.aliases += node.alias is not None
        sums.add_below(below)
        if any(each is not None and is_introspection_type(each) for each in (parent, _named(definition))):
            length = introspection_sizes(self._schema).get(node.name.value, 1) if _is_list(definition) else 1
            sums.introspection += 1 + below.introspection * length
            # How deep it is, is a rule of validation: the standard question is deeper than most others.
            sums.depth = max(sums.depth, 1)
            return
        sums.introspection += below.introspection
        sums.depth = max(sums.depth, 1 + below.depth)
        name, named = node.name.value, _named(definition)
        one = below.cost + (OBJECTS.get(named.name, 0) if named is not None else 0)
        given = {each.name.value: each.value for each in node.arguments or ()}
        sums.cost += weight(name, definition, given, self._values)
        # Without fields below, its length does not matter.
        bound = size(name, definition, given, self._values) if definition is not None and node.selection_set else None
        if not _is_list(definition):
            sums.cost += one + below.listed * (ASSUMED_SIZE if bound is None else bound)
        elif bound is not None:
            sums.cost += (one + below.listed * ASSUMED_SIZE) * bound
        else:
            sums.listed += one + below.listed * ASSUMED_SIZE

    def _definition(self, parent: GraphQLNamedType | None, node: FieldNode) -> GraphQLField | None:
        return self._schema.get_field(parent, node.name.value) if is_composite_type(parent) else None

    def _left_out(self, selection: SelectionNode) -> bool:
        """Whether a directive says so by a value that is known."""
        for directive in selection.directives or ():
            wanted = {"skip": True, "include": False}.get(directive.name.value)
            if wanted is not None:
                for argument in directive.arguments or ():
                    if argument.name.value == "if" and self._values.get(argument.value) is wanted:
                        return True
        return False


def _named(definition: GraphQLField | None) -> GraphQLNamedType | None:
    return None if definition is None else get_named_type(definition.type)


def _is_list(definition: GraphQLField | None) -> bool:
    return definition is not None and is_list_type(get_nullable_type(definition.type))
