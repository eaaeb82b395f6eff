"""Lists of which everything is certain: each item is one expression, since nothing can go wrong in it.

That is so where all that is asked of an item are values whose class its layout knows. Should something go wrong
nevertheless, its rows are looked at one value after the other, and it is told where it is.
"""

from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

from graphql import is_leaf_type

from gql_api.execution.declared import Attribute, Derived
from gql_api.execution.leaves import Leaf
from gql_api.execution.plan import Field, Selection
from gql_api.execution.rows import Name, inside, value_of
from gql_api.shapes.construct import Kind
from gql_api.shapes.rows import Layout


class Certain:
    """Writes such expressions."""

    def __init__(self, name: Name, leaf_of: Callable[[Any], Leaf]) -> None:
        self._name = name
        self._leaf_of = leaf_of
        self._rows = (f"s{number}" for number in count(1))

    def object(self, selection: Selection, layout: Layout, row: str) -> str | None:
        """Return the expression of an object that is selected from the row of this name; None where it is uncertain."""
        fields = {field.key: field for field in selection.fields}
        parts = []
        for key in selection.keys:
            typename = repr(selection.type.name) if key in selection.typenames else None
            value = typename or self._field(fields[key], layout, row)
            if value is None:
                return None
            parts.append(f"{key!r}: {value}")
        return f"{{{', '.join(parts)}}}"

    def _field(self, field: Field, layout: Layout, row: str) -> str | None:
        if (found := inside(field, layout)) is not None:
            within, selection = found
            inner = row if within.spread else next(self._rows)
            made = self.object(selection, within.layout, inner)
            bound = f"{row}[{within.place}]" if within.spread else f"({inner} := {row}[{within.place}])"
            return made and f"({made} if {bound} is not None else {'None' if field.nullable else 'uncertain()'})"
        match field.declared:
            case Attribute(name) if name in layout.places and name in layout.kinds:
                return self._leaf(field, layout.kinds[name], value_of(name, row, layout, self._name))
            case Derived(function, tuple(needs), in_context=in_context, gives=cls) if cls is not None:
                if not layout.places.keys() >= set(needs):
                    return None
                values = [value_of(name, row, layout, self._name) for name in needs]
                given = ", ".join([*values, "x.context"] if in_context else values)
                return self._leaf(field, Kind(cls, nullable=False), f"{self._name('derive', function)}({given})")
            case _:
                return None

    def _leaf(self, field: Field, kind: Kind, value: str) -> str | None:
        if not is_leaf_type(field.named) or (kind.nullable and not field.nullable):
            return None
        leaf = self._leaf_of(field.named)
        if leaf.takes is not kind.cls:
            return None
        written = leaf.of(value)
        return written if written == value or not kind.nullable else f"({written} if {value} is not None else None)"


def uncertain() -> NoReturn:
    """Raise that a row is not as its layout says."""
    raise TypeError
