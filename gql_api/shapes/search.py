"""Full-text search: the words of a text, and the query that a client's words mean, as PostgreSQL writes them.

What PostgreSQL's "simple" configuration does (words as they are, in lower case, no stems, no stop words) is done here,
since on the server it depends on the locale: under "C" it leaves Ä alone. Words are found in the folded text.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator

from gql_api.shapes.text import check_length, fold, refuse_unstorable

SEARCH_MAX = 500
WORD_MAX = 255
"""Characters of a word that count: PostgreSQL's lexemes are bounded too."""

ASCII_WORDS = bytes(code if chr(code).isalnum() else ord(" ") for code in bytes(range(128)).lower()).ljust(256)
"""What becomes of ASCII characters: words in lower case, and spaces."""

TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)(?P<closed>"?)|(?P<bare>[^\s"]+))')


def _search_text(text: str) -> str:
    check_length(text, SEARCH_MAX)
    return refuse_unstorable(text)


SearchText = Annotated[str, AfterValidator(_search_text)]
"""What somebody types to search: words, "a phrase", or, -not."""


def words(text: str) -> list[str]:
    """Return the words of a text: runs of letters, their marks, and digits."""
    if text.isascii():
        spaced = text.encode().translate(ASCII_WORDS).decode()
    else:
        spaced = "".join([char if unicodedata.category(char)[0] in "LMN" else " " for char in fold(text)])
    found = spaced.split()
    return [word[:WORD_MAX] for word in found] if len(spaced) > WORD_MAX else found


def search_vector(text: str | None, weight: Literal["A", "B"]) -> str:
    """Return the tsvector of a text. It leaves room before the first word: no phrase reaches in from another vector."""
    found = words(text or "")
    return _vector_form(len(found), weight) % tuple(found)


@lru_cache(50)
def _vector_form(count: int, weight: str) -> str:
    """Return the tsvector of so many words, but for these. Numbers take longer to write than words."""
    return " ".join([f"'%s':{place}{weight}" for place in range(2, count + 2)])


@lru_cache(500)
def search_query(text: str) -> str | None:
    """Return the tsquery for what somebody typed; None when there is no word in it.

    As PostgreSQL's websearch_to_tsquery: all words, "a phrase", `or`, and `-` before what must not be there. The last
    word may be unfinished, unless it is in a closed phrase or excluded. It is kept: each statement asks for it anew.
    """
    tokens = [(token, found) for token in TOKEN.finditer(text) if (found := words(token[0]))]
    alternatives: list[list[str]] = [[]]
    for index, (token, found) in enumerate(tokens):
        last = index == len(tokens) - 1
        if token[0].lower() == "or" and alternatives[-1] and not last:
            alternatives.append([])
            continue
        unfinished = last and not token["minus"] and not token["closed"]
        alternatives[-1].append(("!" if token["minus"] else "") + _phrase(found, unfinished=unfinished))
    return " | ".join(" & ".join(each) for each in alternatives) or None


def _phrase(found: Sequence[str], *, unfinished: bool) -> str:
    quoted = " <-> ".join(f"'{word}'" for word in found) + (":*" if unfinished else "")
    return f"({quoted})"
