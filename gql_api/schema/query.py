"""The contents page of what can be read."""

import strawberry

from gql_api.schema import category_fields, tag_fields, task_fields
from gql_api.schema import node as node_fields
from gql_api.schema.category import Category, CategoryConnection
from gql_api.schema.fields import query_field
from gql_api.schema.node import Node
from gql_api.schema.tag import Tag, TagConnection
from gql_api.schema.task import Task, TaskConnection


@strawberry.type(description="All that can be read. One query sees one state of the data, whatever others change.")
class Query:
    node = query_field(node_fields.node, Node | None, "Any object by its id; null when it does not exist.", reads=1)
    nodes = query_field(
        node_fields.nodes,
        list[Node | None],
        "Objects by their ids, in their order; null for a missing one, and for a malformed id, told in `errors[]` too.",
    )
    task = query_field(task_fields.task, Task | None, "One task; null when it does not exist.", reads=1)
    tasks = query_field(task_fields.tasks, list[Task], "A page of tasks.", reads=1)
    tasks_connection = query_field(
        task_fields.tasks_connection, TaskConnection, "A page of tasks, by cursors.", reads=0
    )
    task_count = query_field(task_fields.task_count, int, "How many tasks match.", reads=1)
    category = query_field(
        category_fields.category, Category | None, "One category; null when it does not exist.", reads=1
    )
    categories = query_field(category_fields.categories, list[Category], "A page of categories.", reads=1)
    categories_connection = query_field(
        category_fields.categories_connection, CategoryConnection, "A page of categories, by cursors.", reads=0
    )
    tag = query_field(tag_fields.tag, Tag | None, "One tag; null when it does not exist.", reads=1)
    tags = query_field(tag_fields.tags, list[Tag], "A page of tags.", reads=1)
    tags_connection = query_field(tag_fields.tags_connection, TagConnection, "A page of tags, by cursors.", reads=0)
