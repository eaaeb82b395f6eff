"""Operations that are made smaller, to find what matters in them."""

from collections.abc import Callable, Iterator
from copy import copy, deepcopy
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    parse,
    print_ast,
    validate,
)

NodeT = TypeVar("NodeT", bound=Node)

_set = object.__setattr__
"""Nodes are not to be changed, but for copies that nobody else has."""


def changed(node: NodeT, **values: Any) -> NodeT:
    """Return a copy of a node with other values."""
    made = copy(node)
    for name, value in values.items():
        _set(made, name, value)
    return made


def smaller(schema: GraphQLSchema, text: str, fails: Callable[[str], bool]) -> str:
    """Return what is left of an operation when all is removed without which it fails still."""
    text = print_ast(parse(text))
    changed = True
    while changed:
        changed = False
        for shorter in _with_less(parse(text)):
            written = print_ast(shorter)
            if len(written) < len(text) and not validate(schema, parse(written)) and fails(written):
                text, changed = written, True
                break
    return text


def _with_less(document: DocumentNode) -> Iterator[DocumentNode]:
    """Yield the document with one thing removed, each time another: large ones first."""
    count = sum(1 for _ in _places(document))
    for index in range(count):
        shorter = deepcopy(document)
        remove = list(_places(shorter))[index]
        remove()
        _tidy(shorter)
        yield shorter


def _tidy(document: DocumentNode) -> None:
    """Remove fragments and variables that are not used."""
    while True:
        text = print_ast(document)
        kept = []
        for each in document.definitions:
            if isinstance(each, FragmentDefinitionNode) and text.count(f"...{each.name.value}") == 0:
                continue
            kept.append(each)
            if isinstance(each, OperationDefinitionNode):
                used = [one for one in each.variable_definitions or () if text.count(f"${one.variable.name.value}") > 1]
                _set(each, "variable_definitions", tuple(used))
        if len(kept) == len(document.definitions):
            return
        _set(document, "definitions", tuple(kept))


def _places(document: DocumentNode) -> Iterator[Callable[[], None]]:
    for definition in document.definitions:
        if isinstance(definition, (OperationDefinitionNode, FragmentDefinitionNode)):
            yield from _inside(definition)


def _inside(node: Any) -> Iterator[Callable[[], None]]:
    chosen = node.selection_set.selections if node.selection_set else ()
    for index, each in enumerate(chosen):
        if len(chosen) > 1:
            yield (
                lambda index=index: _set(  # type: ignore[misc]
                    node.selection_set, "selections", (*chosen[:index], *chosen[index + 1 :])
                )
            )
        if isinstance(each, InlineFragmentNode):
            yield (
                lambda index=index, each=each: _set(  # type: ignore[misc]
                    node.selection_set,
                    "selections",
                    (*chosen[:index], *each.selection_set.selections, *chosen[index + 1 :]),
                )
            )
        if isinstance(each, (FieldNode, InlineFragmentNode, FragmentSpreadNode)):
            if each.directives:
                yield lambda each=each: _set(each, "directives", ())  # type: ignore[misc]
            if isinstance(each, FieldNode):
                if each.alias:
                    yield lambda each=each: _set(each, "alias", None)  # type: ignore[misc]
                for number in range(len(each.arguments or ())):
                    yield (
                        lambda each=each, number=number: _set(  # type: ignore[misc]
                            each, "arguments", (*each.arguments[:number], *each.arguments[number + 1 :])
                        )
                    )
            if not isinstance(each, FragmentSpreadNode):
                yield from _inside(each)
