"""Field Selection Merging: fields of one response name must be the same, or at least be answered alike.

The specification compares all pairs of fields. Here each place of the answer is looked at once, with all fields that
meet in it, as Simon Adeit Adriaens has described: those that can be of the same object must have one name and one list
of arguments, then those below them are looked at together; and all of them must have types of one shape, as must all
below them. What is below the same selection sets is looked at once.

That takes time in proportion to the document, unless fragments bring the same fields together in ever new companies:
when too many have been compared, the document is refused.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)

from gql_api.schema.limits import fragments as all_fragments
from gql_api.schema.limits.placed import PlacedField, Sets, value_key

MOST_VISITS = 50_000
"""How many fields and fragments are looked at, each as often as it meets others: ten for each token of a document."""

ADVICE = "Use different aliases on the fields to fetch both if this was intentional."
LONGEST_NAME = 100


class _TooManyError(Exception):
    """The fields of the document meet too often."""


class OverlappingFields(ValidationRule):
    """Stands in for graphql-core's OverlappingFieldsCanBeMergedRule: the same verdicts, in bounded time."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.visits = 0
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._contents: dict[int, tuple[list[PlacedField], list[str]]] = {}
        self._arguments: dict[object, int] = {}
        self._told: set[tuple[int, int]] = set()

    def leave_document(self, node: DocumentNode, *_: Any) -> None:
        self._fragments = all_fragments.by_name(node)
        try:
            for root in self._roots(node):
                self._look(root, self._by_object, self._same_call)
                self._look(root, lambda fields: [fields], self._same_shape)
        except _TooManyError:
            message = "The document's fragments bring too many fields together. Write fields out, or spread less often."
            self.report_error(GraphQLError(message))

    def _roots(self, document: DocumentNode) -> Iterator[Sets]:
        """Yield operations, then the fragments that none has spread: every other selection set is inside of these."""
        reached: set[str] = set()
        operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        for operation in operations:
            reached.update(all_fragments.inner_first(self._fragments, operation.selection_set))
            yield [(operation.selection_set, self.context.schema.get_root_type(operation.operation))]
        for name, fragment in self._fragments.items():
            if name not in reached:
                yield [self._of_fragment(fragment)]

    def _look(
        self,
        root: Sets,
        split: Callable[[list[PlacedField]], Iterable[list[PlacedField]]],
        compare: Callable[[str, list[PlacedField]], bool],
    ) -> None:
        """Compare all fields that meet in one place, and then, if they can be merged, those below them together."""
        seen: set[frozenset[int]] = set()
        waiting = [root]
        while waiting:
            sets = waiting.pop()
            key = frozenset(id(selection_set) for selection_set, _ in sets)
            if key in seen:
                continue
            seen.add(key)
            for name, fields in self._fields(sets).items():
                for meeting in split(fields):
                    self._visit(len(meeting))
                    if len(meeting) > 1 and not compare(name, meeting):
                        continue
                    below = {id(each[0]): each for field in meeting for each in field.below}
                    if below:
                        waiting.append(list(below.values()))

    def _fields(self, sets: Sets) -> dict[str, list[PlacedField]]:
        """Return the fields of selection sets by their response names, with those of the fragments that they spread."""
        found: dict[str, list[PlacedField]] = {}
        spread: set[str] = set()
        sets = list(sets)
        for selection_set, parent in sets:
            fields, names = self._content(selection_set, parent)
            self._visit(1 + len(fields) + len(names))
            for field in fields:
                node = field.node
                found.setdefault(node.alias.value if node.alias else field.name, []).append(field)
            new = [name for name in names if name not in spread and name in self._fragments]
            spread.update(new)
            sets += [self._of_fragment(self._fragments[name]) for name in new]
        return found

    def _content(self, outer: SelectionSetNode, on: GraphQLNamedType | None) -> tuple[list[PlacedField], list[str]]:
        """Return the fields of a selection set, those in inline fragments included, and the names of its fragments."""
        known = self._contents.get(id(outer))
        if known is not None:
            return known
        fields: list[PlacedField] = []
        names: dict[str, None] = {}
        sets: Sets = [(outer, on)]
        for selection_set, parent in sets:
            for selection in selection_set.selections:
                if isinstance(selection, FieldNode):
                    fields.append(PlacedField(selection, parent))
                elif isinstance(selection, FragmentSpreadNode):
                    names[selection.name.value] = None
                elif isinstance(selection, InlineFragmentNode):
                    condition = selection.type_condition
                    inner = self.context.schema.get_type(condition.name.value) if condition else parent
                    sets.append((selection.selection_set, inner))
        self._contents[id(outer)] = fields, list(names)
        return self._contents[id(outer)]

    def _of_fragment(self, fragment: FragmentDefinitionNode) -> tuple[SelectionSetNode, GraphQLNamedType | None]:
        return fragment.selection_set, self.context.schema.get_type(fragment.type_condition.name.value)

    def _by_object(self, fields: list[PlacedField]) -> Iterable[list[PlacedField]]:
        """Return the fields that can be of the same object: those of each type, with those of no certain type."""
        parents = {field.parent for field in fields} - {None}
        if len(parents) <= 1:
            return [fields]
        anywhere = [field for field in fields if field.parent is None]
        found: dict[GraphQLNamedType | None, list[PlacedField]] = {parent: list(anywhere) for parent in parents}
        self._visit(len(anywhere) * len(parents))
        for field in fields:
            if field.parent is not None:
                found[field.parent].append(field)
        return found.values()

    def _same_call(self, name: str, fields: list[PlacedField]) -> bool:
        first, *others = fields
        for other in others:
            if other.name != first.name:
                reason = f"'{_short(first.name)}' and '{_short(other.name)}' are different fields"
                return self._conflict(name, reason, first, other)
            if self._arguments_of(other) != self._arguments_of(first):
                return self._conflict(name, "they have differing arguments", first, other)
        return True

    def _same_shape(self, name: str, fields: list[PlacedField]) -> bool:
        first, *others = [field for field in fields if field.shape is not None] or fields[:1]
        for other in others:
            if other.shape != first.shape:
                reason = f"they return conflicting types '{first.type}' and '{other.type}'"
                return self._conflict(name, reason, first, other)
        return True

    def _conflict(self, name: str, reason: str, first: PlacedField, other: PlacedField) -> bool:
        pair = id(first), id(other)
        if pair not in self._told:
            self._told.add(pair)
            message = f"Fields '{_short(name)}' conflict because {reason}. {ADVICE}"
            self.report_error(GraphQLError(message, [first.node, other.node]))
        return False

    def _arguments_of(self, field: PlacedField) -> int:
        """Return a number that equal arguments have in common."""
        if field.arguments is None:
            key = frozenset((each.name.value, value_key(each.value)) for each in field.node.arguments or ())
            field.arguments = self._arguments.setdefault(key, len(self._arguments))
        return field.arguments

    def _visit(self, fields: int) -> None:
        self.visits += fields
        if self.visits > MOST_VISITS:
            raise _TooManyError


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
