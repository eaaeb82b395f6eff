"""What docs/front-end.md shows is what clients/ runs."""

import re
from textwrap import indent

import pytest

from tests.command import PROJECT

DOCUMENT = (PROJECT / "docs" / "front-end.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```\w+\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
SOURCES = [
    path.read_text(encoding="utf-8")
    for client in ("apollo", "fetch", "relay", "urql")
    for path in (PROJECT / "clients" / client).glob("*.ts*")
]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_each_snippet_stands_word_for_word_in_a_client(snippet: str) -> None:
    depths = [indent(snippet, " " * depth) for depth in range(0, 20, 2)]
    assert any(text in source for text in depths for source in SOURCES), f"In no file of clients/:\n{snippet}"


def test_each_file_that_is_named_is_there() -> None:
    named = re.findall(r"\]\(\.\./([^)#]+)\)", DOCUMENT)
    assert named
    assert [path for path in named if not (PROJECT / path).exists()] == []
