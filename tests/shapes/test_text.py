"""The rules for text."""

import pytest
from pydantic import TypeAdapter, ValidationError

from gql_api.shapes.text import ColorHex, Description, Name, StorableText, Title, text_key

title: TypeAdapter[str] = TypeAdapter(Title)
name: TypeAdapter[str] = TypeAdapter(Name)
description: TypeAdapter[str] = TypeAdapter(Description)
color: TypeAdapter[str] = TypeAdapter(ColorHex)
storable: TypeAdapter[str] = TypeAdapter(StorableText)


def code(adapter: TypeAdapter[str], value: str) -> str:
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    (problem,) = caught.value.errors()
    return problem["type"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "Straße"),
        ("ÄRGER", "ärger"),
        ("é", "e\u0301"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("ﬁsh", "FISH"),
        ("ΐ", "ΐ".upper()),
        (" a ", "A"),
    ],
)
def test_keys_are_the_same_without_regard_to_case_and_composition(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


def test_keys_keep_what_differs() -> None:
    assert text_key("resume") != text_key("résumé")


@pytest.mark.parametrize("adapter", [title, name])
def test_lines_are_trimmed_of_unicode_spaces(adapter: TypeAdapter[str]) -> None:
    assert adapter.validate_python("\u2003 \t Water  the plants\u00a0\n") == "Water  the plants"


@pytest.mark.parametrize(
    "blank",
    ["", " ", "\t\n", "\u00a0\u2003\u3000", "\u200b\u200b", "\u2060 \ufeff", "\u3164\u2800", "\u0301", "\u0e31 \ufe0f"],
)
def test_a_line_must_have_something_to_see(blank: str) -> None:
    assert code(title, blank) == "BLANK"


@pytest.mark.parametrize("control", ["a\nb", "a\tb", "a\x7fb", "a\x85b", "a\x1bb", "a\u2028b", "a\u2029b"])
def test_a_line_has_no_control_characters(control: str) -> None:
    assert code(name, control) == "INVALID_CHARACTER"


@pytest.mark.parametrize("adapter", [title, name, description, storable])
@pytest.mark.parametrize("unstorable", ["a\0b", "a\ud800b", "\udfff"])
def test_no_text_has_what_the_database_cannot_store(adapter: TypeAdapter[str], unstorable: str) -> None:
    assert code(adapter, unstorable) == "INVALID_CHARACTER"


@pytest.mark.parametrize(("adapter", "longest"), [(title, 200), (name, 100), (description, 10_000)])
@pytest.mark.parametrize("char", ["a", "ß", "🦕"])
def test_lengths_count_code_points(adapter: TypeAdapter[str], longest: int, char: str) -> None:
    assert adapter.validate_python(char * longest) == char * longest
    assert code(adapter, char * (longest + 1)) == "TOO_LONG"


def test_lengths_count_after_trimming() -> None:
    assert title.validate_python(" " * 300 + "a" * 200) == "a" * 200


def test_descriptions_are_kept_as_written() -> None:
    written = "  1.\tone\r\n  2.\ttwo\n\n"
    assert description.validate_python(written) == written


@pytest.mark.parametrize("control", ["\x0b", "\x1b[31m", "lone \r return", "\x7f"])
def test_descriptions_have_no_other_control_characters(control: str) -> None:
    assert code(description, control) == "INVALID_CHARACTER"


def test_an_empty_description_is_none() -> None:
    assert description.validate_python("") is None


def test_colors_are_lower_case() -> None:
    assert color.validate_python("#1E90FF") == "#1e90ff"


@pytest.mark.parametrize(
    "wrong", ["", "red", "1e90ff", "#1e90f", "#1e90ff0", "#1e90fg", "#1e90ff\n", "#１２３４５６", "#İ2345"]
)
def test_other_colors_are_refused(wrong: str) -> None:
    assert code(color, wrong) == "INVALID_COLOR"


def test_any_number_of_marks_is_put_into_order_in_time() -> None:
    """To order them takes the square of their number: without a bound this would not end."""
    above, below = "\u0300", "\u0316"
    assert text_key(f"a{above}{below}") == text_key(f"a{below}{above}")
    few = "a" + (above + below) * 15
    assert text_key(few) == text_key("a" + (below + above) * 15)
    many = "a" + (above + below) * 500_000
    assert text_key(many).count("\u034f") == 1_000_000 // 30
    assert text_key(many) == text_key(many)


def test_what_is_looked_for_is_no_longer_than_what_is_stored() -> None:
    assert storable.validate_python("x" * 10_000) == "x" * 10_000
    assert code(storable, "x" * 10_001) == "TOO_LONG"
