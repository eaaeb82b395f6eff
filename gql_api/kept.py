"""Answers that are kept: lists show the same objects again and again."""

from collections.abc import Callable
from typing import TypeVar

KeyT = TypeVar("KeyT")
AnswerT = TypeVar("AnswerT")


class _Kept(dict[KeyT, AnswerT]):
    def __init__(self, function: Callable[[KeyT], AnswerT], most: int) -> None:
        super().__init__()
        self._function = function
        self._most = most

    def __missing__(self, key: KeyT) -> AnswerT:
        found = self._function(key)
        if len(self) >= self._most:
            self.clear()
        self[key] = found
        return found


def kept(most: int) -> Callable[[Callable[[KeyT], AnswerT]], Callable[[KeyT], AnswerT]]:
    """Make a function of one argument keep so many answers; when there would be more, all are forgotten.

    To find one takes half the time of `functools.lru_cache`, which counts where each value of a page is looked up.
    """
    return lambda function: _Kept(function, most).__getitem__
