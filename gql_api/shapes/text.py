"""The rules for text that clients send, and the key by which text is compared."""

import re
import sys
import unicodedata
from functools import cache, partial
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from gql_api.errors import ProblemCode

TITLE_MAX = 200
DESCRIPTION_MAX = 10_000
NAME_MAX = 100
TAG_NAME_MAX = 50

BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and a symbol that show nothing: Hangul fillers, and the Braille pattern without a dot."""

NOTHING_TO_SEE = {"Zs", "Cf", "Mn", "Mc", "Me"}
"""General categories of spaces, of invisible format characters, and of marks, which need a letter to be seen on."""


UNSTORABLE = re.compile("[\0\ud800-\udfff]")
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")
"""All control characters (general category Cc) but newline and tab."""

MOST_MARKS = 30
JOINER = "\u034f"
"""The combining grapheme joiner, which shows nothing: marks are put into order on either side of it."""


def text_key(text: str) -> str:
    """Return the key for comparing text without regard to case, composition, and spaces around it.

    It is Unicode's canonical caseless matching (The Unicode Standard, 3.13, D145) as composed text, and so the same on
    every server, whatever its locale: "STRASSE" and "Straße" share one key.
    """
    return fold(text.strip())


def fold(text: str) -> str:
    """Return the key of text whose spaces count: of a part of a text, or of one that is kept as it was written."""
    if text.isascii():
        return text.lower()
    text = _marks().sub(f"\\1{JOINER}", text)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


@cache
def _marks() -> re.Pattern[str]:
    """Return what finds a mark too many on one letter. To put marks into order takes the square of their number: a few
    bytes could keep a server busy for minutes (UAX #15, "Stream-Safe Text Format": no language needs so many).
    """
    marks = "".join(char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.combining(char))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})(?=[{marks}])")


def refuse_unstorable(text: str) -> str:
    """Refuse what no PostgreSQL text can hold: NUL and lone surrogates."""
    if UNSTORABLE.search(text):
        raise PydanticCustomError(
            ProblemCode.INVALID_CHARACTER, "Must not contain a NUL character or half of a surrogate pair."
        )
    return text


def _storable(text: str) -> str:
    check_length(text, DESCRIPTION_MAX)
    return refuse_unstorable(text)


def _single_line(longest: int, text: str) -> str:
    text = text.strip()
    if text.isascii() and text.isprintable() and 0 < len(text) <= longest:
        return text
    check_length(text, longest)
    refuse_unstorable(text)
    kinds = {unicodedata.category(char) for char in text if char not in BLANK_LETTERS}
    if kinds & {"Cc", "Zl", "Zp"}:
        raise PydanticCustomError(
            ProblemCode.INVALID_CHARACTER, "Must not contain control characters such as newline or tab."
        )
    if kinds <= NOTHING_TO_SEE:
        raise PydanticCustomError(ProblemCode.BLANK, "Must not be blank.")
    return text


def _description(text: str) -> str | None:
    if text.isascii() and text.isprintable() and len(text) <= DESCRIPTION_MAX:
        return text or None
    check_length(text, DESCRIPTION_MAX)
    refuse_unstorable(text)
    if CONTROL.search(text.replace("\r\n", "\n")):
        raise PydanticCustomError(
            ProblemCode.INVALID_CHARACTER, "Must not contain control characters other than newline and tab."
        )
    return text or None


def check_length(text: str, longest: int) -> None:
    if len(text) > longest:
        raise PydanticCustomError(
            ProblemCode.TOO_LONG,
            "Must be at most {longest} characters long; it has {length}.",
            {"longest": longest, "length": len(text)},
        )


def _color(text: str) -> str:
    color = text.lower()
    if len(color) != len("#rrggbb") or color[0] != "#" or not set(color[1:]) <= set("0123456789abcdef"):
        raise PydanticCustomError(ProblemCode.INVALID_COLOR, "Must be a color such as #1e90ff.")
    return color


def _not_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError(ProblemCode.NULL, "Must not be null. Leave the key out to keep the value.")
    return value


NotNull = BeforeValidator(_not_null)
"""Refuses null with a message for a person, where GraphQL itself lets null pass because the key is optional."""

Title = Annotated[str, AfterValidator(partial(_single_line, TITLE_MAX))]
"""One line of 1 to 200 characters (code points), trimmed, not blank, without control characters."""

Name = Annotated[str, AfterValidator(partial(_single_line, NAME_MAX))]
"""One line of 1 to 100 characters (code points), trimmed, not blank, without control characters."""

TagName = Annotated[str, AfterValidator(partial(_single_line, TAG_NAME_MAX))]
"""One line of 1 to 50 characters (code points), trimmed, not blank, without control characters."""

Description = Annotated[str, AfterValidator(_description)]
"""Up to 10,000 characters (code points), kept as written; newline and tab are allowed; "" becomes None."""

ColorHex = Annotated[str, AfterValidator(_color)]
"""A color as #rrggbb, kept in lower case."""

StorableText = Annotated[str, AfterValidator(_storable)]
"""Any text to look something up by, no longer than any that is stored."""
