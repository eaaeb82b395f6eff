"""A field in its place, and what it must have in common with others of its response name."""

from typing import TypeAlias

from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLOutputType,
    ListValueNode,
    ObjectValueNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

Sets: TypeAlias = list[tuple[SelectionSetNode, GraphQLNamedType | None]]
"""Selection sets whose fields meet, each on its type."""


class PlacedField:
    __slots__ = ("arguments", "below", "name", "node", "parent", "shape", "type")

    def __init__(self, node: FieldNode, parent: GraphQLNamedType | None) -> None:
        known = parent.fields.get(node.name.value) if is_object_type(parent) or is_interface_type(parent) else None
        self.node = node
        self.name = node.name.value
        self.parent = parent if is_object_type(parent) else None
        """The type that the object has; None where it can have several."""
        self.type = known and known.type
        self.shape = None if self.type is None else _shape(self.type)
        self.below: Sets = [(node.selection_set, get_named_type(self.type))] if node.selection_set else []
        self.arguments: int | None = None


def _shape(type_: GraphQLOutputType) -> tuple[str, GraphQLNamedType | None]:
    """Return what types must have in common: the lists and non-nulls around them and, if it has no fields, the type."""
    wrapping = ""
    while is_list_type(type_) or is_non_null_type(type_):
        wrapping += "[" if is_list_type(type_) else "!"
        type_ = type_.of_type
    return wrapping, type_ if is_leaf_type(type_) else None


def value_key(value: ValueNode) -> object:
    """Return what equal values have in common: the fields of objects have no order."""
    if isinstance(value, ObjectValueNode):
        return value.kind, frozenset((field.name.value, value_key(field.value)) for field in value.fields)
    if isinstance(value, ListValueNode):
        return value.kind, tuple(value_key(each) for each in value.values)
    if isinstance(value, VariableNode):
        return value.kind, value.name.value
    if isinstance(value, StringValueNode):
        return value.kind, value.value, bool(value.block)
    return value.kind, getattr(value, "value", None)
