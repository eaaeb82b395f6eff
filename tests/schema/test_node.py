"""Any object by its id."""

from gql_api.schema import global_id
from tests.api import Api


async def test_node_answers_any_kind(api: Api) -> None:
    task = await api.create_task("Fern", category={"create": {"name": "Home"}})
    query = "query ($id: ID!) { node(id: $id) { __typename id ... on Task { title } ... on Category { name } } }"
    assert await api.field(query, id=task["id"]) == {"__typename": "Task", "id": task["id"], "title": "Fern"}
    category_id = task["category"]["id"]
    assert await api.field(query, id=category_id) == {"__typename": "Category", "id": category_id, "name": "Home"}
    assert await api.field(query, id=global_id.encode("Task", 2**62)) is None
    error = await api.error(query, id="nonsense")
    assert (error["path"], error["extensions"]["code"]) == (["node"], "INVALID_ID")


async def test_nodes_keep_order_and_places_and_are_one_statement_a_kind(api: Api) -> None:
    task = await api.create_task("Fern", category={"create": {"name": "Home"}})
    missing, category = global_id.encode("Task", 2**62), task["category"]["id"]
    ids = [category, "nonsense", task["id"], missing, category]
    with api.statements() as seen:
        answer = await api.answer("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert answer["data"]["nodes"] == [{"id": category}, None, {"id": task["id"]}, None, {"id": category}]
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["nodes", 1], "INVALID_ID")
    assert error["extensions"]["problems"][0]["path"] == ["ids", "1"]
    assert len(seen) == 2


async def test_nodes_are_bounded(api: Api) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    some = global_id.encode("Task", 1)
    assert await api.field(query, ids=[]) == []
    assert await api.field(query, ids=[some] * 100) == [None] * 100
    assert (await api.error(query, ids=[some] * 101))["extensions"]["code"] == "INVALID_PAGE"
