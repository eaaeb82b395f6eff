"""Bodies: how large they may be, how packed, and of what type."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator

import pytest

from tests.api import Api
from tests.conftest import api_on

ASK = json.dumps({"query": "{ taskCount }"}).encode()
TYPE = {"content-type": "application/json", "accept": "application/graphql-response+json"}
CREATE = json.dumps({"query": 'mutation { createTag(input: {name: "x"}) { __typename } }'})


@pytest.fixture
async def small(database: str) -> AsyncIterator[Api]:
    async with api_on(database, max_body_size=10_000) as api:
        yield api


def padded(size: int) -> bytes:
    return ASK + b" " * (size - len(ASK))


async def in_parts(body: bytes, size: int = 1_000) -> AsyncIterator[bytes]:
    for begin in range(0, len(body), size):
        yield body[begin : begin + size]


async def test_a_body_may_be_as_large_as_is_allowed_and_no_larger(small: Api) -> None:
    assert (await small.client.post("/graphql", content=padded(10_000), headers=TYPE)).status_code == 200
    refused = await small.client.post("/graphql", content=padded(10_001), headers=TYPE)
    assert refused.status_code == 413
    assert refused.json()["errors"][0]["extensions"] == {"code": "BODY_TOO_LARGE"}


async def test_a_body_of_unknown_length_is_read_no_further_than_is_allowed(small: Api) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1_000
            yield b" " * 1_000

    assert (await small.client.post("/graphql", content=endless(), headers=TYPE)).status_code == 413
    assert sent <= 12_000
    assert (await small.client.post("/graphql", content=in_parts(padded(9_000)), headers=TYPE)).status_code == 200


@pytest.mark.parametrize("length", ["10001", "9" * 5_000])
async def test_what_is_declared_too_long_is_not_read(small: Api, length: str) -> None:
    async def unread() -> AsyncIterator[bytes]:
        pytest.fail("It was read")
        yield b""  # type: ignore[unreachable]  # which makes it a generator

    response = await small.client.post("/graphql", content=unread(), headers={**TYPE, "content-length": length})
    assert response.status_code == 413


@pytest.mark.parametrize("packed", [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("DEFLATE", zlib.compress)])
async def test_a_body_may_be_packed(small: Api, packed: tuple[str, object]) -> None:
    coding, pack = packed
    headers = {**TYPE, "content-encoding": coding}
    body = pack(ASK)  # type: ignore[operator]
    for content in (body, in_parts(body, 3)):
        response = await small.client.post("/graphql", content=content, headers=headers)
        assert response.json() == {"data": {"taskCount": 0}}


async def test_a_body_that_unpacks_to_more_than_is_allowed_is_refused(small: Api) -> None:
    headers = {**TYPE, "content-encoding": "gzip"}
    for size, status in ((10_000, 200), (10_001, 413), (50_000_000, 413)):
        packed = gzip.compress(padded(size))
        assert (await small.client.post("/graphql", content=packed, headers=headers)).status_code == status
    nothing = zlib.compressobj(wbits=31)
    empty = b"".join(nothing.compress(b"") + nothing.flush(zlib.Z_FULL_FLUSH) for _ in range(5_000))
    assert (await small.client.post("/graphql", content=in_parts(empty), headers=headers)).status_code == 413


@pytest.mark.parametrize(
    ("coding", "body", "status"),
    [
        ("gzip", ASK, 400),
        ("gzip", gzip.compress(ASK, mtime=0)[:-4], 400),
        ("gzip", gzip.compress(ASK) + b"more", 400),
        ("gzip", b"", 400),
        ("deflate", gzip.compress(ASK), 400),
        ("br", ASK, 415),
        ("gzip, gzip", gzip.compress(gzip.compress(ASK)), 415),
        ("identity", ASK, 200),
        ("", ASK, 200),
    ],
    ids=range(9),
)
async def test_what_is_packed_otherwise_is_refused(small: Api, coding: str, body: bytes, status: int) -> None:
    response = await small.client.post("/graphql", content=body, headers={**TYPE, "content-encoding": coding})
    assert response.status_code == status
    assert (response.headers.get("accept-encoding") == "gzip, deflate") is (status == 415)


@pytest.mark.parametrize(
    ("type_", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ('Application/JSON;charset="UTF-8"', 200),
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=iso-8859-1", 415),
        ("application/graphql", 415),
        ("application/graphql-response+json", 415),
        ("application/problem+json", 415),
        ("application/jsonx", 415),
        ("application/json, text/plain", 415),
        # Those that a browser sends for any page without asking first.
        ("text/plain", 415),
        ("text/plain; application/json", 415),
        ("text/plain;charset=application/json", 415),
        ("application/json; charset*=a; charset*0=b", 200),
        ("application/json; charset*" + "9" * 5_000 + "=x", 200),
        ('application/json; a="' + ";" * 30_000, 200),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=application/json", 415),
        ("", 415),
        (None, 415),
    ],
)
async def test_only_json_is_taken_and_so_no_other_sites_page_can_change_anything(
    api: Api, type_: str | None, status: int
) -> None:
    headers = {"accept": "application/json"} | ({"content-type": type_} if type_ is not None else {})
    response = await api.client.post("/graphql", content=CREATE.encode(), headers=headers)
    assert response.status_code == status
    assert len(await api.field("{ tags { id } }")) == (1 if status == 200 else 0)


async def test_a_form_of_another_site_changes_nothing(api: Api) -> None:
    fields = json.loads(CREATE)
    for form in ({"data": fields}, {"files": {"operations": (None, CREATE), "map": (None, "{}")}}):
        assert (await api.client.post("/graphql", **form)).status_code == 415
    query = await api.client.get("/graphql", params=fields, headers={"accept": "*/*"})
    assert query.status_code == 405
    assert await api.field("{ tags { id } }") == []


@pytest.mark.parametrize(
    "body",
    [b"\xef\xbb\xbf" + ASK, ASK.decode().encode("utf-16"), b'{"query": "{ taskCount }", "a": NaN}'],
    ids=range(3),
)
async def test_what_is_no_json_in_utf_8_is_refused(api: Api, body: bytes) -> None:
    response = await api.client.post("/graphql", content=body, headers=TYPE)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_large_answers_are_compressed_for_those_who_take_it(database: str) -> None:
    async with api_on(database, compress_over=2_000) as api:
        for number in range(50):
            await api.create_task(f"Task {number}")
        for query, encoding in (("{ tasks(limit: 50) { id title createdAt } }", "gzip"), ("{ taskCount }", None)):
            response = await api.post(query)
            assert response.headers.get("content-encoding") == encoding
            assert "errors" not in response.json()
            assert ("Accept-Encoding" in response.headers["vary"]) is (encoding is not None)
        plain = await api.client.post(
            "/graphql",
            json={"query": "{ tasks(limit: 50) { id title createdAt } }"},
            headers={"accept-encoding": "identity"},
        )
        assert "content-encoding" not in plain.headers
