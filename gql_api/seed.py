"""Demo data: a task list that a person would recognise."""

from datetime import UTC, datetime, timedelta

from gql_api.db import Sessions
from gql_api.shapes.category import NewCategory
from gql_api.shapes.page import Page
from gql_api.shapes.task import TaskPriority, TaskValues
from gql_api.unit_of_work import UnitOfWork

CATEGORIES = {
    "Home": "#2e8b57",
    "Work": "#1e90ff",
    "Health": "#dc143c",
    "Travel": "#ff8c00",
    "Learning": "#8a2be2",
}

NONE, LOW, MEDIUM, HIGH, URGENT = TaskPriority

# category, title, description, done, priority, days until due
TASKS: tuple[tuple[str | None, str, str | None, bool, TaskPriority, int | None], ...] = (
    (None, "Call grandma", None, False, HIGH, 0),
    (None, "Find a present for Jules", "Something with dinosaurs 🦕", False, MEDIUM, 6),
    (None, "Return the library books", None, True, NONE, -4),
    ("Home", "Water the plants", "The fern wants more than the others.", False, LOW, 1),
    ("Home", "Fix the dripping tap", "Kitchen. The washer is a 3/8.", False, MEDIUM, 5),
    ("Home", "Defrost the freezer", None, False, NONE, None),
    ("Home", "Descale the kettle", None, True, LOW, None),
    ("Home", "Book the chimney sweep", "They come in the mornings only.", False, MEDIUM, 12),
    ("Home", "Return the borrowed ladder", "Promised for last weekend.", False, HIGH, -3),
    ("Work", "Prepare the quarterly report", "Figures from Anna,\ncharts as last time.", False, HIGH, 2),
    ("Work", "Review the checkout redesign", None, False, MEDIUM, 1),
    ("Work", "Answer the accessibility audit", "Eleven findings, two of them serious.", False, URGENT, 0),
    ("Work", "Plan the team offsite", None, False, LOW, 30),
    ("Work", "Rotate the API tokens", None, True, HIGH, -2),
    ("Work", "Write the release notes", "For people, not for machines.", True, MEDIUM, -1),
    ("Work", "Clean up the staging data", None, False, NONE, None),
    ("Health", "Make a dentist appointment", None, False, MEDIUM, 7),
    ("Health", "Run five kilometers", "Without stopping this time.", True, NONE, -1),
    ("Health", "Renew the prescription", None, False, HIGH, -1),
    ("Health", "Try the climbing gym", None, False, NONE, None),
    ("Travel", "Book the night train to Zürich", "Window seat, please.", False, HIGH, 4),
    ("Travel", "Renew the passport", "Photos are in the drawer.", False, URGENT, 9),
    ("Travel", "Ask Ioana about the mountain hut", None, False, LOW, 20),
    ("Travel", "Buy a plug adapter", None, True, NONE, None),
    ("Learning", "Finish the chapter on window functions", None, False, MEDIUM, 3),
    ("Learning", "Practice the Chopin étude", "Slowly. Left hand alone first.", False, NONE, None),
    ("Learning", "Read the GraphQL specification", "All of it, for once.", False, LOW, 60),
    ("Learning", "Watch the talk on design tokens", None, True, NONE, None),
)


async def fill_if_empty(sessions: Sessions) -> int:
    """Add the demo data to a database without categories and tasks. Return how many tasks were added."""
    work = UnitOfWork(sessions)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    try:
        async with work.write() as repositories:
            if await repositories.tasks.count(None) or await repositories.categories.list(None, (), Page(1, 0)):
                return 0
            ids: dict[str | None, int | None] = {None: None}
            for name, color in CATEGORIES.items():
                ids[name] = (await repositories.categories.add(NewCategory(name=name, color=color))).id
            for category, title, description, completed, priority, days in TASKS:
                values = TaskValues(
                    title=title,
                    description=description,
                    completed=completed,
                    priority=priority,
                    due_at=None if days is None else now + timedelta(days=days),
                    category_id=ids[category],
                )
                await repositories.tasks.add(values)
            return len(TASKS)
    finally:
        await work.close()
