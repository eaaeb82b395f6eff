"""Media types and status codes (GraphQL over HTTP, "Response" and "Status Codes")."""

from typing import Any

import pytest

from gql_api.http.negotiation import GRAPHQL, JSON, answered, wants_page
from tests.api import Api

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        (None, GRAPHQL),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json, application/json", GRAPHQL),
        ("application/json, application/graphql-response+json", JSON),
        ("application/json;q=0.5, application/graphql-response+json", GRAPHQL),
        ("application/graphql-response+json;charset=utf-8, application/json;charset=utf-8", GRAPHQL),
        ("APPLICATION/JSON ; Q=0.3", JSON),
        ('application/json; charset="UTF-8"', JSON),
        ("application/json; charset=utf-16", None),
        ("application/json;q=0, */*", None),
        ("application/json;q=0, application/graphql-response+json;q=0.1, */*", GRAPHQL),
        ("application/json;q=much", None),
        ("application/json;q=nan", None),
        ("text/html", None),
        ("text/event-stream", None),
        ("", None),
        (",,;;=,", None),
        (BROWSER, JSON),
    ],
)
def test_the_media_type_that_is_preferred_most(accept: str | None, type_: str | None) -> None:
    assert answered(accept) == type_


@pytest.mark.parametrize(
    ("accept", "page"),
    [(BROWSER, True), ("text/html", True), ("*/*", False), (None, False), (f"{JSON}, text/html", False)],
)
def test_who_wants_a_page(accept: str | None, page: bool) -> None:
    assert wants_page(accept) is page


COERCION = {"query": "query ($limit: Int!) { tasks(limit: $limit) { id } }"}
FIELD = {"query": '{ task(id: "zzz") { id } }'}


@pytest.mark.parametrize(
    ("body", "graphql", "json", "code"),
    [
        ({"query": "{ taskCount }"}, 200, 200, None),
        (FIELD, 200, 200, "INVALID_ID"),
        ({"query": "{"}, 400, 200, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nothing }"}, 400, 200, "GRAPHQL_VALIDATION_FAILED"),
        (COERCION, 400, 200, "BAD_USER_INPUT"),
        ({**COERCION, "variables": {"limit": "x"}}, 400, 200, "BAD_USER_INPUT"),
        ({"query": "{ taskCount }", "operationName": "Other"}, 400, 200, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "fragment F on Query { taskCount }"}, 400, 200, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "type T { a: Int }"}, 400, 200, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": "subscription { taskCount }"}, 400, 200, "GRAPHQL_VALIDATION_FAILED"),
        ({}, 400, 400, "BAD_REQUEST"),
        ({"qeury": "{ taskCount }"}, 400, 400, "BAD_REQUEST"),
        ({"query": ""}, 400, 400, "BAD_REQUEST"),
        ({"query": 7}, 400, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "variables": [7]}, 400, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "variables": "{}"}, 400, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "operationName": "a b"}, 400, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "operationName": 7}, 400, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "extensions": 7}, 400, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "documentId": 7}, 400, 400, "BAD_REQUEST"),
        ([{"query": "{ taskCount }"}], 400, 400, "BAD_REQUEST"),
        (7, 400, 400, "BAD_REQUEST"),
    ],
)
async def test_the_status_of_each_media_type(api: Api, body: Any, graphql: int, json: int, code: str | None) -> None:
    for media_type, status in ((GRAPHQL, graphql), (JSON, json)):
        response = await api.client.post("/graphql", json=body, headers={"accept": media_type})
        assert response.status_code == status
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
        answer = response.json()
        assert [error["extensions"]["code"] for error in answer.get("errors", [])] == ([code] if code else [])
        # Data is there when the operation was executed, if only as null (GraphQL specification, "Response Format").
        assert ("data" in answer) is (code in {None, "INVALID_ID"})


async def test_what_is_left_out_or_null_is_the_same(api: Api) -> None:
    body = {"query": "{ taskCount }", "operationName": None, "variables": None, "extensions": None, "other": 1}
    assert (await api.client.post("/graphql", json=body)).json() == {"data": {"taskCount": 0}}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "QUERY"])
async def test_other_methods_are_not_allowed(api: Api, method: str) -> None:
    response = await api.client.request(method, "/graphql", params={"query": "{ taskCount }"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_who_accepts_nothing_of_ours_is_told_what_there_is(api: Api) -> None:
    response = await api.client.post("/graphql", json={"query": "{ taskCount }"}, headers={"accept": "text/html"})
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"] == {"code": "NOT_ACCEPTABLE"}


@pytest.mark.parametrize(
    ("parameters", "status", "answer"),
    [
        ({"query": "{ taskCount }"}, 200, {"data": {"taskCount": 0}}),
        (
            {"query": "query ($a: Int) { tasks(limit: $a) { id } }", "variables": '{"a": 3}'},
            200,
            {"data": {"tasks": []}},
        ),
        ({"query": "query A { a: taskCount } query B { b: taskCount }", "operationName": "B"}, 200, {"data": {"b": 0}}),
        (
            {"query": "{ taskCount }", "operationName": "", "variables": "", "extensions": ""},
            200,
            {"data": {"taskCount": 0}},
        ),
        ({"query": "{ taskCount }", "variables": "null"}, 200, {"data": {"taskCount": 0}}),
        ({"query": "{ taskCount }", "unknown": "x"}, 200, {"data": {"taskCount": 0}}),
        ({}, 400, "BAD_REQUEST"),
        ({"query": ""}, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "variables": "{"}, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "variables": "[]"}, 400, "BAD_REQUEST"),
        ({"query": "{ taskCount }", "extensions": '"x"'}, 400, "BAD_REQUEST"),
        ([("query", "{ taskCount }"), ("query", "{ tags { id } }")], 400, "BAD_REQUEST"),
        ({"query": 'mutation { createTag(input: {name: "x"}) { __typename } }'}, 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_queries_by_get(api: Api, parameters: Any, status: int, answer: Any) -> None:
    response = await api.client.get("/graphql", params=parameters, headers={"accept": GRAPHQL})
    assert response.status_code == status
    if status == 200:
        assert response.json() == answer
    else:
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == [answer]


@pytest.mark.parametrize(
    "query_string", ["query=%ff", "query=%7B+taskCount+%7D" + "&a=1" * 100, "query=\u00e9", "%zz&&&==="]
)
async def test_a_query_string_that_cannot_be_read(api: Api, query_string: str) -> None:
    response = await api.client.get(f"/graphql?{query_string}", headers={"accept": GRAPHQL})
    assert response.status_code == 400


async def test_answers_are_utf_8_and_need_not_be_escaped(api: Api) -> None:
    await api.create_task("Élan 🌱")
    response = await api.post("{ tasks { title } }")
    assert "Élan 🌱".encode() in response.content
