"""GraphQL requests that nobody would write, over HTTP: each is answered in order, whatever it says."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.budget import examples
from tests.fuzz.documents import DOCUMENTS, IN_ORDER, VARIABLES
from tests.fuzz.responses import GRAPHQL, Response, check
from tests.fuzz.target import Target
from tests.fuzz.values import CURSORS, IDS, JSON, TEXTS, VALUES

JSON_TYPE = (b"content-type", b"application/json")
ACCEPTS = st.sampled_from([b"application/json", b"application/graphql-response+json", b"*/*"])

ODD = st.one_of(JSON, TEXTS, VALUES)
HASHES = st.sampled_from(
    [None, 5, {}, {"version": 1}, {"version": 1, "sha256Hash": "a" * 64}, {"version": True, "sha256Hash": "\ud800"}]
)
EXTENSIONS = st.one_of(ODD, st.fixed_dictionaries({"persistedQuery": st.one_of(HASHES, ODD)}), st.just({"cost": True}))
NAMED = st.dictionaries(st.one_of(VARIABLES, TEXTS), st.one_of(VALUES, IDS, CURSORS), max_size=4)


def told(target: Target, body: bytes, accept: bytes = b"application/json") -> Response:
    """Return the answer to a body, which must be one of GraphQL's."""
    response = target.graphql(body, [JSON_TYPE, (b"accept", accept)])
    check(response)
    assert response.body, response
    assert response.type in GRAPHQL, response
    return response


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


@given(DOCUMENTS, NAMED, ACCEPTS, st.none() | st.sampled_from(["A", "Q1", "nothing"]))
@examples(300)
def test_documents(target: Target, document: str, variables: dict[str, Any], accept: bytes, name: str | None) -> None:
    told(target, as_json({"query": document, "variables": variables, "operationName": name}), accept)
    target.check(document, variables, name)


@given(st.sampled_from(IN_ORDER), VALUES, VALUES, st.one_of(IDS, CURSORS, VALUES))
@examples(250)
def test_variables(target: Target, document: str, filter: Any, cursor: Any, id: Any) -> None:
    told(target, as_json({"query": document, "variables": {"f": filter, "a": cursor, "id": id}}))
    target.check(document, filter, cursor, id)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "query": ODD | st.just("{ __typename }"),
            "variables": ODD,
            "operationName": ODD,
            "extensions": EXTENSIONS,
            "documentId": ODD,
        },
    )
    | ODD
)
@examples(250)
def test_parameters(target: Target, parameters: Any) -> None:
    told(target, as_json(parameters))
    target.check(parameters)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw a body in order, with some of its bytes changed."""
    variables = {"f": draw(JSON), "id": draw(IDS)}
    body = bytearray(as_json({"query": draw(st.sampled_from(IN_ORDER)), "variables": variables}))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        match draw(st.sampled_from(["bytes", "cut", "double", "insert"])):
            case "bytes":
                body[at : at + 2] = draw(st.binary(max_size=4))
            case "cut":
                del body[at : at + draw(st.integers(1, 30))]
            case "double":
                body[at:at] = body[at : at + 30]
            case _:
                body[at:at] = draw(
                    st.sampled_from(
                        [
                            b"\0",
                            b"\xff",
                            b"\xed\xa0\x80",
                            b"\xef\xbb\xbf",
                            b"NaN",
                            b"1e999",
                            b"-",
                            b"[" * 5_000,
                            b'{"a":' * 300,
                            b"9" * 5_000,
                        ]
                    )
                )
    return bytes(body)


@given(mutated())
@examples(200)
def test_bodies_that_are_nearly_json(target: Target, body: bytes) -> None:
    told(target, body)
    target.check(body)
