"""The fragments of a document, in an order in which each comes after those that it spreads."""

from collections.abc import Iterator

from graphql import DocumentNode, FragmentDefinitionNode, FragmentSpreadNode, SelectionSetNode


def by_name(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Return them by name; of several of the same name, which are refused, the last, as the executor does."""
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def selection_sets(outer: SelectionSetNode) -> Iterator[SelectionSetNode]:
    """Yield a selection set and all that are written in it, outer ones first."""
    stack = [outer]
    while stack:
        selection_set = stack.pop()
        yield selection_set
        for selection in selection_set.selections:
            if not isinstance(selection, FragmentSpreadNode):
                inner: SelectionSetNode | None = getattr(selection, "selection_set", None)
                if inner is not None:
                    stack.append(inner)


def spreads(outer: SelectionSetNode) -> dict[str, FragmentSpreadNode]:
    """Return the names of the fragments that are spread in it, at any depth."""
    return {
        selection.name.value: selection
        for selection_set in selection_sets(outer)
        for selection in selection_set.selections
        if isinstance(selection, FragmentSpreadNode)
    }


def inner_first(fragments: dict[str, FragmentDefinitionNode], outer: SelectionSetNode) -> list[str]:
    """Return the names of the fragments that a selection set needs, each after those that it needs itself.

    In a cycle, which is refused, one of them comes too early.
    """
    order: dict[str, None] = {}
    seen: set[str] = set()
    path = [("", iter(spreads(outer)))]
    while path:
        name, needed = path[-1]
        following = next((each for each in needed if each in fragments and each not in seen), None)
        if following is not None:
            seen.add(following)
            path.append((following, iter(spreads(fragments[following].selection_set))))
        else:
            path.pop()
            order[name] = None
    order.pop("")
    return list(order)
