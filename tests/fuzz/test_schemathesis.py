"""Operations that Schemathesis makes from the published schema, for every root field: each is answered in order."""

import json
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from schemathesis.graphql import nodes

from tests.command import PROJECT
from tests.fuzz.budget import examples
from tests.fuzz.responses import GRAPHQL, check
from tests.fuzz.target import Target
from tests.fuzz.values import MOMENTS

schemathesis.graphql.scalar("DateTime", MOMENTS.map(nodes.String))
SCHEMA = schemathesis.graphql.from_path(PROJECT / "schema.graphql")
FIELDS = [f"{root}.{field}" for root in ("Query", "Mutation") for field in SCHEMA[root]]


@pytest.mark.parametrize("field", FIELDS)
def test_root_field(target: Target, field: str) -> None:
    root, name = field.split(".")

    @given(SCHEMA[root][name].as_strategy())
    @examples(12)
    def ask(case: Any) -> None:
        response = target.graphql(json.dumps({"query": case.body}).encode(), [(b"content-type", b"application/json")])
        check(response)
        assert response.type in GRAPHQL, response
        target.check(case.body)

    ask()
