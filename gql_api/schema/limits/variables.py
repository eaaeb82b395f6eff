"""What is checked of values, in variables and in documents: how many they are, how deep, and how long lists are.

How long their texts may be is bounded by the body that brings them.
"""

from collections.abc import Mapping
from typing import Any

from gql_api.errors import RequestErrorCode
from gql_api.schema.limits.bounds import Limits, check

NESTING: frozenset[type] = frozenset({list, dict})
"""The classes of JSON that hold other values."""


class ValueCount:
    """Counts values, and raises the RequestError of the limit that they exceed."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._count = 0

    def add(self, size: int, depth: int, *, longest: int = 0) -> None:
        """Count what is in lists and objects that are in `depth` others, the longest of these lists with so much."""
        limits = self._limits
        self._count += size
        if longest > limits.list_size or self._count > limits.values or depth >= limits.values_depth:
            self._refuse(longest, depth)

    def _refuse(self, length: int, depth: int) -> None:
        """Raise the error of the first limit that is exceeded, where one is."""
        limits = self._limits
        has, remedy = "A list has {} elements", "send it in parts"
        check(RequestErrorCode.LIST_TOO_LONG, length, limits.list_size, has, remedy)
        has, remedy = "There are {} values or more", "send them in several requests"
        check(RequestErrorCode.VARIABLES_TOO_LARGE, self._count, limits.values, has, remedy)
        has, remedy = "There are {} lists and objects or more within each other", "nest them less"
        check(RequestErrorCode.VARIABLES_TOO_DEEP, depth + 1, limits.values_depth, has, remedy)


def check_variables(variables: Mapping[str, Any] | None, limits: Limits) -> None:
    """Raise the RequestError of the first limit that the variables of a request exceed: JSON, as it was sent."""
    if not variables:
        return
    values, depth = ValueCount(limits), -1
    level: list[Any] = [variables]
    while level:
        lists = [each for each in level if each.__class__ is list]
        values.add(sum(map(len, level)), depth, longest=max(map(len, lists), default=0))
        objects = [each.values() for each in level if each.__class__ is not list]
        level = [each for inside in (*lists, *objects) for each in inside if each.__class__ in NESTING]
        depth += 1
