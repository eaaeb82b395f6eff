"""What can be told from the rows of a layout, without what they become."""

from collections.abc import Callable
from typing import Any, TypeAlias

from graphql import GraphQLObjectType

from gql_api.execution.declared import Attribute, Derived, Relation, instances
from gql_api.execution.plan import Field, Place, Selection
from gql_api.shapes.rows import Layout, Within

Name: TypeAlias = Callable[[str, Any], str]
"""Gives a value a name that begins so: the same for the same."""


def of_rows(place: Place, layout: Layout) -> Selection | None:
    """Return what is selected of the objects at a place, where rows of a layout are sure to become such objects."""
    if not isinstance(place.named, GraphQLObjectType):
        return None
    cls = instances(place.named)
    return place.objects[place.named.name] if cls is not None and issubclass(layout.cls, cls) else None


def inside(field: Field, layout: Layout) -> tuple[Within, Selection] | None:
    """Return the row of a field's value that is in another row, and what is selected of it; None without one."""
    match field.declared:
        case Attribute(name) | Relation(along=str(name)) if name in layout.within:
            selection = of_rows(field, layout.within[name].layout)
            return None if selection is None else (layout.within[name], selection)
        case _:
            return None


def needs_object(field: Field, layout: Layout) -> bool:
    """Whether a field cannot be told from a row alone."""
    if inside(field, layout) is not None:
        return False
    match field.declared:
        case Attribute(name):
            return name not in layout.places
        case Derived(_, needs):
            return needs is None or not layout.places.keys() >= set(needs)
        case Relation(key):
            return key is None or key not in layout.places
        case _:
            return True


def value_of(attribute: str, row: str, layout: Layout, name: Name) -> str:
    """Return the expression of an attribute's value, of the name of a row that has it."""
    value = f"{row}[{layout.places[attribute]}]"
    return f"{name('members', layout.members[attribute])}[{value}]" if attribute in layout.members else value
