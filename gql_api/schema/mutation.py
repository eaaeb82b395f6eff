"""The contents page of what can be changed."""

import strawberry

from gql_api.schema import category_fields, tag_fields, task_bulk_fields, task_fields
from gql_api.schema.category import CreateCategoryResult, DeleteCategoryResult, UpdateCategoryResult
from gql_api.schema.fields import mutation_field
from gql_api.schema.tag import CreateTagResult, DeleteTagResult, UpdateTagResult
from gql_api.schema.task import CreateTaskResult, DeleteTaskResult, UpdateTaskResult
from gql_api.schema.task_bulk import CreateTasksResult, DeleteTasksResult, UpdateTasksResult


@strawberry.type(
    description="All that can be changed. Each field is one transaction of its own, one after the other, committed "
    "before its answer is given. A field that fails changes nothing, and leaves what the fields before it changed."
)
class Mutation:
    create_task = mutation_field(task_fields.create_task, CreateTaskResult, "Create a task.")
    update_task = mutation_field(task_fields.update_task, UpdateTaskResult, "Change a task.")
    delete_task = mutation_field(task_fields.delete_task, DeleteTaskResult, "Delete a task.")
    create_tasks = mutation_field(task_bulk_fields.create_tasks, CreateTasksResult, "Create tasks: all, or none.")
    update_tasks = mutation_field(
        task_bulk_fields.update_tasks, UpdateTasksResult, "Change all tasks that are selected, or none."
    )
    delete_tasks = mutation_field(
        task_bulk_fields.delete_tasks, DeleteTasksResult, "Delete all tasks that are selected, or none."
    )
    create_category = mutation_field(category_fields.create_category, CreateCategoryResult, "Create a category.")
    update_category = mutation_field(category_fields.update_category, UpdateCategoryResult, "Change a category.")
    delete_category = mutation_field(
        category_fields.delete_category, DeleteCategoryResult, "Delete a category, and say what becomes of its tasks."
    )
    create_tag = mutation_field(tag_fields.create_tag, CreateTagResult, "Create a tag.")
    update_tag = mutation_field(tag_fields.update_tag, UpdateTagResult, "Change a tag.")
    delete_tag = mutation_field(tag_fields.delete_tag, DeleteTagResult, "Delete a tag, and take it off its tasks.")
