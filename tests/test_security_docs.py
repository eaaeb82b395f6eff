"""What docs/security.md says is so: codes and their statuses, limits, the cost of its example, tests that it names."""

import re
from pathlib import Path

import pytest

from gql_api.errors import RequestErrorCode
from gql_api.http.negotiation import GRAPHQL, JSON
from gql_api.http.operations import Answer
from gql_api.http.response import responded
from gql_api.settings import Settings
from gql_api.settings.limits import LimitSettings
from tests.api import Api
from tests.attacks import ATTACKS, DOCUMENT, table
from tests.command import PROJECT

TEXT = DOCUMENT.read_text(encoding="utf-8")

OF_FIELDS = {
    RequestErrorCode.INVALID_ID,
    RequestErrorCode.INVALID_PAGE,
    RequestErrorCode.INVALID_CURSOR,
    RequestErrorCode.INVALID_ORDER,
    RequestErrorCode.DEADLINE_EXCEEDED,
}
"""Codes that come with `data` only: what they tell of was executed."""


def rows(text: str) -> list[list[str]]:
    """Return the cells of a table, without its head."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")][2:]


def test_every_code_is_told_with_its_statuses() -> None:
    told = {
        code.strip("`"): (int(graphql), int(json))
        for code, _, graphql, json in rows(TEXT.partition("<!-- codes -->")[2].partition("<!-- end")[0])
    }

    def status(code: RequestErrorCode, media_type: str) -> int:
        error = {"message": "", "extensions": {"code": code}}
        data = {"data": None} if code in OF_FIELDS else {}
        return responded(Answer({**data, "errors": [error]}), media_type).status

    assert told == {str(code): (status(code, GRAPHQL), status(code, JSON)) for code in RequestErrorCode}


def test_every_limit_is_told() -> None:
    names = {f"GQL_API_{name.upper()}" for name in LimitSettings.model_fields}
    limits = TEXT.partition("## Limits")[2].partition("## ")[0]
    assert names - set(re.findall("GQL_API_[A-Z_]+", limits)) == set()


def test_every_setting_that_is_named_is_one() -> None:
    known = {f"GQL_API_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall("GQL_API_[A-Z_]+", TEXT)) - known == set()


def test_every_test_that_is_named_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", TEXT))
    assert named
    assert [path for path in named if not Path(PROJECT, path).exists()] == []
    targets = set(re.findall("`make ([a-z]+)`", TEXT))
    assert targets <= set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("by_header", [True, False])
async def test_the_example_costs_what_is_said(api: Api, by_header: bool) -> None:
    (query,) = re.findall("```graphql\n(.*?)```", TEXT, re.DOTALL)
    (points,) = re.findall(r"= ([\d,]+) points", TEXT)
    (told,) = re.findall(r'`"extensions": \{"cost": (\{"requested.*?\})\}`', TEXT)
    request, headers = {"query": query, "extensions": {"cost": True}}, {}
    if by_header:
        request, headers = {"query": query}, {"graphql-cost": "report"}
    cost = (await api.client.post("/graphql", json=request, headers=headers)).json()["extensions"]["cost"]
    assert cost == {"requested": int(points.replace(",", "")), "maximum": LimitSettings().max_cost}
    assert str(cost).replace("'", '"') == told


def test_every_attack_is_in_the_table() -> None:
    """`make attacks` writes it."""
    found = [(name, answered) for name, answered, *_ in rows(table(TEXT))]
    assert found == [(attack.name, attack.expected) for attack in ATTACKS]
