"""Where in an answer something is."""

from typing import Any

from graphql.pyutils import Path as GraphQLPath

Path = tuple[Any, str | int, str | None] | None
"""From its end: the path before it, a response key or an index, and for a key the name of the type with the field."""

Keys = tuple[str | int, ...]


def keys(path: Path) -> Keys:
    found: list[str | int] = []
    while path is not None:
        path, key, _ = path
        found.append(key)
    return tuple(reversed(found))


def graphql_path(path: Path) -> GraphQLPath:
    assert path is not None  # noqa: S101 - for the type checker: a field has a path
    before, key, typename = path
    return GraphQLPath(None if before is None else graphql_path(before), key, typename)
