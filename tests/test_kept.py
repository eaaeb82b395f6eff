"""Answers are kept up to a number, and errors are not."""

import pytest

from gql_api.kept import kept


def test_an_answer_is_found_once() -> None:
    asked = []

    @kept(3)
    def half(number: int) -> float:
        asked.append(number)
        return number / 2

    assert [half(1), half(2), half(1), half(2)] == [0.5, 1.0, 0.5, 1.0]
    assert asked == [1, 2]


def test_they_are_no_more_than_so_many() -> None:
    asked = []

    @kept(3)
    def same(number: int) -> int:
        asked.append(number)
        return number

    for number in (1, 2, 3, 1, 4, 4, 1):
        assert same(number) == number
    assert asked == [1, 2, 3, 4, 1]


def test_an_error_is_raised_each_time() -> None:
    asked = []

    @kept(3)
    def refuse(text: str) -> str:
        asked.append(text)
        raise ValueError(text)

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            refuse("no")
    assert asked == ["no", "no"]
