"""What is checked of values, in variables and in documents: how many they are, how deep, and how long lists are.

How long their texts may be is bounded by the body that brings them. What variables cost is counted on the way.
"""

from collections.abc import Mapping
from types import NoneType
from typing import Any

from gql_api.errors import RequestErrorCode
from gql_api.schema.limits.bounds import Limits, check

OBJECT = 100
"""How many other values an object costs as much as."""

TEXT = 1_000
"""Characters of a text that cost as much as a value."""

SMALL = frozenset({int, float, bool, NoneType})
"""Classes of JSON's values without a size."""


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
        has, remedy = "There are {} lists and objects or more within each other", "nest them less"
        check(RequestErrorCode.VARIABLES_TOO_DEEP, depth + 1, limits.values_depth, has, remedy)
        has, remedy = "There are {} values or more", "send them in several requests"
        check(RequestErrorCode.VARIABLES_TOO_LARGE, self._count, limits.values, has, remedy)


def check_variables(variables: Mapping[str, Any] | None, limits: Limits) -> dict[str, int]:
    """Return how many values each variable of a request counts as: JSON, as it was sent.

    Raises the RequestError of a limit that they exceed.
    """
    counted: dict[str, int] = {}
    values = ValueCount(limits)
    for name, value in (variables or {}).items():
        counted[name], size, depth, longest = extent(value)
        values.add(1 + size, depth - 1, longest=longest)
    return counted


def extent(value: Any) -> tuple[int, int, int, int]:
    """Return as how many values a value of JSON counts, how many are in its lists and objects, how deep these are
    within each other, and how many values are in the longest of the lists.
    """
    if value.__class__ in SMALL:
        return 1, 0, 0, 0
    counted = size = depth = longest = 0
    level, number = [value], 1
    while level:
        inside: list[Any] = []
        for each in level:
            if each.__class__ is str:
                counted += 1 + len(each) // TEXT
            elif each.__class__ is dict:
                counted += OBJECT
                inside += each.values()
                depth = number
            elif each.__class__ is list:
                inside += each
                depth = number
                longest = max(longest, len(each))
            else:
                counted += 1
        size += len(inside)
        level, number = inside, number + 1
    return counted, size, depth, longest
