"""Documents by their hashes: Apollo's automatic persisted queries, and documents that are trusted beforehand."""

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from gql_api.app import create_app
from gql_api.errors import RequestError, StartupError
from gql_api.http import persisted
from gql_api.http.persisted import Documents
from gql_api.http.request import GraphQLRequest
from tests.api import Api
from tests.conftest import api_on, settings

QUERY = "query Count { taskCount }"


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def extension(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hashed(text)}}


async def post(api: Api, **body: Any) -> Response:
    return await api.client.post("/graphql", json=body, headers={"accept": "application/json"})


async def get(api: Api, text: str, **headers: str) -> Response:
    parameters = {"extensions": json.dumps(extension(text))}
    return await api.client.get("/graphql", params=parameters, headers={"accept": "application/json", **headers})


def code(response: Response) -> str | None:
    errors = response.json().get("errors")
    return errors[0]["extensions"]["code"] if errors else None


async def test_a_document_is_known_once_it_was_sent_with_its_hash(api: Api) -> None:
    unknown = await post(api, extensions=extension(QUERY))
    # Both are looked for by clients: the words by older ones.
    assert (unknown.status_code, code(unknown)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert (await post(api, query=QUERY, extensions=extension(QUERY))).json() == {"data": {"taskCount": 0}}
    assert (await post(api, extensions=extension(QUERY))).json() == {"data": {"taskCount": 0}}
    assert (await get(api, QUERY)).json() == {"data": {"taskCount": 0}}


async def test_what_is_not_valid_or_not_the_hashs_is_not_kept(api: Api) -> None:
    wrong = await post(api, query="{ tags { id } }", extensions=extension(QUERY))
    assert code(wrong) == "PERSISTED_QUERY_HASH_MISMATCH"
    assert code(await post(api, extensions=extension(QUERY))) == "PERSISTED_QUERY_NOT_FOUND"
    for text in ("{", "{ nothing }"):
        assert code(await post(api, query=text, extensions=extension(text))) is not None
        assert code(await post(api, extensions=extension(text))) == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_request_without_preflight_leaves_nothing_behind(api: Api) -> None:
    parameters = {"query": QUERY, "extensions": json.dumps(extension(QUERY))}
    assert (await api.client.get("/graphql", params=parameters)).json() == {"data": {"taskCount": 0}}
    assert code(await post(api, extensions=extension(QUERY))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "persisted_query",
    [
        7,
        {},
        {"version": 2, "sha256Hash": "0" * 64},
        {"version": 1},
        {"version": 1, "sha256Hash": "x"},
        {"version": 1, "sha256Hash": 7},
    ],
)
async def test_a_malformed_hash_is_no_request(api: Api, persisted_query: object) -> None:
    response = await post(api, query=QUERY, extensions={"persistedQuery": persisted_query})
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_a_mutation_may_be_persisted_and_still_not_be_run_by_get(api: Api) -> None:
    text = 'mutation { createTag(input: {name: "x"}) { __typename } }'
    await post(api, query=text, extensions=extension(text))
    assert (await get(api, text)).status_code == 405
    assert len(await api.field("{ tags { id } }")) == 1


def request(text: str, *, sent: bool = True) -> GraphQLRequest:
    return GraphQLRequest(text if sent else None, extensions=extension(text))


def test_what_is_remembered_is_bounded_and_the_longest_unused_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = Documents({}, trusted_only=False, at_most=3)

    def known(text: str) -> bool:
        try:
            return documents.find(request(text, sent=False)) == text
        except RequestError:
            return False

    for text in ("a", "b", "c"):
        documents.remember(request(text))
    assert known("a")
    documents.remember(request("d"))
    assert [known(text) for text in ("a", "b", "c", "d")] == [True, False, True, True]
    wide = "😀" * 9
    monkeypatch.setattr(persisted, "MOST_BYTES", sys.getsizeof("d") + sys.getsizeof(wide))
    documents.remember(request(wide))
    assert [known(text) for text in ("a", "c", "d", wide)] == [False, False, True, True]


async def test_without_any_to_remember_clients_are_told_to_send_documents(database: str) -> None:
    async with api_on(database, persisted_queries=0) as api:
        assert (await post(api, query=QUERY, extensions=extension(QUERY))).json() == {"data": {"taskCount": 0}}
        refused = await post(api, extensions=extension(QUERY))
        assert refused.json()["errors"][0]["message"] == "PersistedQueryNotSupported"


async def test_answers_to_gets_may_be_kept_by_their_tags(database: str) -> None:
    async with api_on(database, cache_max_age=60) as api:
        await post(api, query=QUERY, extensions=extension(QUERY))
        first = await get(api, QUERY)
        assert first.headers["cache-control"] == "private, max-age=60"
        tag = first.headers["etag"]
        same = await get(api, QUERY, **{"if-none-match": f'"x", {tag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert (await get(api, QUERY, **{"if-none-match": "*"})).status_code == 304
        await api.create_task()
        other = await get(api, QUERY, **{"if-none-match": tag})
        assert (other.status_code, other.json()) == (200, {"data": {"taskCount": 1}})
        plain = await api.client.get("/graphql", params={"query": QUERY}, headers={"accept": "application/json"})
        assert plain.headers["cache-control"] == "private, no-cache"
        failed = await api.client.get("/graphql", params={"query": '{ task(id: "zzz") { id } }'})
        assert (failed.headers["cache-control"], "etag" in failed.headers) == ("no-store", False)
        assert (await post(api, query=QUERY)).headers["cache-control"] == "no-store"


TRUSTED = "query Trusted($limit: Int) { tasks(limit: $limit) { title } }"


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    path = tmp_path / "persisted-documents.json"
    path.write_text(json.dumps({hashed(TRUSTED): TRUSTED, "1": QUERY}), encoding="utf-8")
    return path


async def test_trusted_documents_are_known_from_the_start(database: str, trusted: Path) -> None:
    async with api_on(database, trusted_documents=trusted) as api:
        for named in (
            {"documentId": hashed(TRUSTED)},
            {"documentId": f"sha256:{hashed(TRUSTED)}"},
            {"extensions": extension(TRUSTED)},
        ):
            assert (await post(api, **named, variables={"limit": 3})).json() == {"data": {"tasks": []}}
        assert (await post(api, documentId="1")).json() == {"data": {"taskCount": 0}}
        by_get = await api.client.get("/graphql", params={"documentId": "1"}, headers={"accept": "application/json"})
        assert by_get.json() == {"data": {"taskCount": 0}}
        assert code(await post(api, documentId="2")) == "PERSISTED_QUERY_NOT_FOUND"
        assert (await post(api, query="{ taskCount }")).json() == {"data": {"taskCount": 0}}


async def test_nothing_else_is_executed_where_only_trusted_documents_are(database: str, trusted: Path) -> None:
    async with api_on(database, trusted_documents=trusted, trusted_only=True) as api:
        assert (await post(api, query=TRUSTED)).json() == {"data": {"tasks": []}}
        for body in (
            {"query": "{ taskCount }"},
            {"query": f"{TRUSTED} "},
            {"query": QUERY + "#", "extensions": extension(QUERY + "#")},
        ):
            assert code(await post(api, **body)) == "DOCUMENT_NOT_TRUSTED"
        response = await api.client.post(
            "/graphql", json={"query": "{"}, headers={"accept": "application/graphql-response+json"}
        )
        assert response.status_code == 403
        assert code(await post(api, extensions=extension(QUERY + "#"))) == "PERSISTED_QUERY_NOT_SUPPORTED"


@pytest.mark.parametrize("content", [None, "{", "[]", '{"a": 1}', "\xff"])
def test_a_manifest_that_is_none_stops_the_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "documents.json"
    if content is not None:
        path.write_text(content, encoding="latin-1")
    with pytest.raises(StartupError, match="GQL_API_TRUSTED_DOCUMENTS"):
        create_app(settings("postgresql://u@h/n", trusted_documents=path))


def test_a_server_that_trusts_only_what_it_has_not_is_a_mistake() -> None:
    with pytest.raises(StartupError, match="GQL_API_TRUSTED_DOCUMENTS"):
        create_app(settings("postgresql://u@h/n", trusted_only=True))
