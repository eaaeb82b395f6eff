"""The words of a text, and the query that a client's words mean."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gql_api.shapes.search import SEARCH_MAX, SearchText, search_query, search_vector, words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Water the plants", ["water", "the", "plants"]),
        ("STRASSE Ärger A\u0308rger", ["strasse", "ärger", "ärger"]),
        ("foo-bar_baz ann@example.org 3.14", ["foo", "bar", "baz", "ann", "example", "org", "3", "14"]),
        ("«don’t» — no…", ["don", "t", "no"]),
        ("हिन्दी 🦕 日本語", ["हिन्दी", "日本語"]),
        ("x" * 300, ["x" * 255]),
        ("'\\ & | ! ( ) : * <->", []),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_marks_and_digits(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("plants", "('plants':*)"),
        ("water plants ", "('water') & ('plants':*)"),
        ('"water the" plants', "('water' <-> 'the') & ('plants':*)"),
        ('"water the plants"', "('water' <-> 'the' <-> 'plants')"),
        ('"water the pla', "('water' <-> 'the' <-> 'pla':*)"),
        ("water -plants", "('water') & !('plants')"),
        ('-"the plants" water', "!('the' <-> 'plants') & ('water':*)"),
        ("fern or moss green", "('fern') | ('moss') & ('green':*)"),
        ("fern OR moss", "('fern') | ('moss':*)"),
        ("fern or", "('fern') & ('or':*)"),
        ("or fern", "('or') & ('fern':*)"),
        ('fern "or" moss', "('fern') & ('or') & ('moss':*)"),
        ("foo-b", "('foo' <-> 'b':*)"),
        ("a'b\\c:*", "('a' <-> 'b' <-> 'c':*)"),
        ("- fern", "('fern':*)"),
        ("ÄRGER", "('ärger':*)"),
    ],
)
def test_a_query_is_read_as_web_searches_are(text: str, query: str) -> None:
    assert search_query(text) == query


@pytest.mark.parametrize("text", ["", "  ", '"', "-", '""', "!!! …", "🦕"])
def test_without_words_there_is_no_query(text: str) -> None:
    assert search_query(text) is None


def test_a_vector_keeps_places_and_weight() -> None:
    assert search_vector("Water, the plants!", "A") == "'water':2A 'the':3A 'plants':4A"
    assert search_vector(None, "B") == search_vector("…", "B") == ""


def test_what_is_searched_for_is_bounded() -> None:
    adapter: TypeAdapter[str] = TypeAdapter(SearchText)
    assert adapter.validate_python("x" * SEARCH_MAX)
    for text in ("x" * (SEARCH_MAX + 1), "a\0b", "\ud800"):
        with pytest.raises(ValidationError):
            adapter.validate_python(text)
