"""Demo tasks: a small list that is written by hand, and any number of others in its manner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from gql_api.shapes.task import TaskPriority

NONE, LOW, MEDIUM, HIGH, URGENT = TaskPriority

CATEGORIES = {
    "Home": "#2e8b57",
    "Work": "#1e90ff",
    "Health": "#dc143c",
    "Travel": "#ff8c00",
    "Learning": "#8a2be2",
}
TAGS = ("call", "errand", "family", "five minutes", "focus", "money", "outdoors", "paperwork", "waiting", "weekend")


@dataclass(frozen=True, slots=True)
class DemoTask:
    """A task; its times count from now."""

    category: str | None
    title: str
    description: str | None = None
    completed: bool = False
    priority: TaskPriority = NONE
    due: timedelta | None = None
    tags: tuple[str, ...] = ()
    age: timedelta = timedelta()


def _days(number: int) -> timedelta:
    return timedelta(days=number)


LIST = (
    DemoTask(None, "Call grandma", None, False, HIGH, _days(0), ("call", "family")),
    DemoTask(
        None, "Find a present for Jules", "Something with dinosaurs 🦕", False, MEDIUM, _days(6), ("errand", "family")
    ),
    DemoTask(None, "Return the library books", None, True, NONE, _days(-4), ("errand",)),
    DemoTask(
        "Home", "Water the plants", "The fern wants more than the others.", False, LOW, _days(1), ("five minutes",)
    ),
    DemoTask("Home", "Fix the dripping tap", "Kitchen. The washer is a 3/8.", False, MEDIUM, _days(5), ("weekend",)),
    DemoTask("Home", "Defrost the freezer", None, False, NONE, None, ("weekend",)),
    DemoTask("Home", "Descale the kettle", None, True, LOW, None, ("five minutes",)),
    DemoTask("Home", "Book the chimney sweep", "They come in the mornings only.", False, MEDIUM, _days(12), ("call",)),
    DemoTask(
        "Home",
        "Return the borrowed ladder",
        "Promised for last weekend.",
        False,
        HIGH,
        _days(-3),
        ("errand", "weekend"),
    ),
    DemoTask(
        "Work",
        "Prepare the quarterly report",
        "Figures from Anna,\ncharts as last time.",
        False,
        HIGH,
        _days(2),
        ("focus", "money"),
    ),
    DemoTask("Work", "Review the checkout redesign", None, False, MEDIUM, _days(1), ("focus",)),
    DemoTask(
        "Work",
        "Answer the accessibility audit",
        "Eleven findings, two of them serious.",
        False,
        URGENT,
        _days(0),
        ("focus",),
    ),
    DemoTask("Work", "Plan the team offsite", None, False, LOW, _days(30), ("waiting",)),
    DemoTask("Work", "Rotate the API tokens", None, True, HIGH, _days(-2)),
    DemoTask("Work", "Write the release notes", "For people, not for machines.", True, MEDIUM, _days(-1), ("focus",)),
    DemoTask("Work", "Clean up the staging data", None),
    DemoTask("Health", "Make a dentist appointment", None, False, MEDIUM, _days(7), ("call",)),
    DemoTask("Health", "Run five kilometers", "Without stopping this time.", True, NONE, _days(-1), ("outdoors",)),
    DemoTask("Health", "Renew the prescription", None, False, HIGH, _days(-1), ("paperwork", "waiting")),
    DemoTask("Health", "Try the climbing gym", None, False, NONE, None, ("weekend",)),
    DemoTask("Travel", "Book the night train to Zürich", "Window seat, please.", False, HIGH, _days(4), ("money",)),
    DemoTask(
        "Travel", "Renew the passport", "Photos are in the drawer.", False, URGENT, _days(9), ("errand", "paperwork")
    ),
    DemoTask("Travel", "Ask Ioana about the mountain hut", None, False, LOW, _days(20), ("call", "outdoors")),
    DemoTask("Travel", "Buy a plug adapter", None, True, NONE, None, ("errand",)),
    DemoTask("Learning", "Finish the chapter on window functions", None, False, MEDIUM, _days(3), ("focus",)),
    DemoTask("Learning", "Practice the Chopin étude", "Slowly. Left hand alone first."),
    DemoTask(
        "Learning",
        "Read the GraphQL specification",
        "All of it, for once.",
        False,
        LOW,
        _days(60),
        ("focus", "weekend"),
    ),
    DemoTask("Learning", "Watch the talk on design tokens", None, True),
)
"""The small list, oldest first."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "person": (
        "Anna", "Ioana", "Jules", "Priya", "Søren", "Łukasz", "Chloé", "Ayşe", "Mateo", "Jörg", "Νίκος", "さくら",
        "Noor", "Tomáš", "Yara", "Björk",
    ),
    "place": (
        "Zürich", "Lisbon", "Kraków", "Oslo", "Malmö", "Porto", "Reykjavík", "Ghent", "İzmir", "Kyoto", "Galway",
        "Trieste",
    ),
    "thing": (
        "the bicycle", "the coffee machine", "the garden gate", "the bookshelf", "the smoke alarms",
        "the washing machine", "the balcony", "the cellar", "the gutters", "the front door", "the piano", "the hedge",
    ),
    "goods": (
        "oat milk and bread", "light bulbs", "a birthday card", "cat food", "printer paper", "hiking socks", "stamps",
        "a bunch of tulips", "batteries", "olive oil",
    ),
    "matter": (
        "the budget", "the login page", "the onboarding guide", "the roadmap", "the search results", "the price list",
        "the error messages", "the mobile layout", "the contract", "the survey", "the release plan", "the job posting",
    ),
    "topic": (
        "window functions", "Portuguese verbs", "sourdough", "color theory", "GraphQL pagination", "chord inversions",
        "typography", "index-only scans", "film photography", "bird songs", "accessibility", "Esperanto",
    ),
}  # fmt: skip
PATTERNS: Mapping[str | None, tuple[str, ...]] = {
    None: ("Call {person}", "Write a postcard to {person}", "Buy {goods}", "Bring {goods} to {person}"),
    "Home": ("Clean {thing}", "Repair {thing}", "Ask {person} for help with {thing}", "Show {person} {thing}"),
    "Work": (
        "Review {matter} with {person}", "Send {person} the notes on {matter}", "Rewrite {matter}", "Present {matter}",
        "Ask {person} about {matter}",
    ),
    "Health": ("Go for a run with {person}", "Make an appointment in {place}", "Cook something new for {person}"),
    "Travel": ("Book a train to {place}", "Find a hotel in {place}", "Plan a weekend in {place} with {person}"),
    "Learning": ("Read about {topic}", "Practice {topic}", "Teach {person} {topic}", "Take notes on {topic}"),
}  # fmt: skip
DUE_OF_TEN = 7
DESCRIPTIONS = (
    None,
    None,
    "Not before the afternoon.",
    "See the notes from last time.",
    "It was promised.\nDo not forget again.",
    "Half an hour should do.",
    "Ask first whether it is still needed 🙂",
)


def generated(number: int) -> DemoTask:
    """Return the task of this number: always the same one, older than those of the small list."""
    random = Random(number)  # noqa: S311 - nothing here is a secret
    category = random.choice(tuple(PATTERNS))
    words = {slot: random.choice(choices) for slot, choices in WORDS.items()}
    age = _days(6) + timedelta(seconds=random.randrange(730 * 24 * 3600))
    due = timedelta(hours=random.randrange(24, 60 * 24)) - age if random.randrange(10) < DUE_OF_TEN else None
    done_by_now = 0.9 if due is None or due < timedelta() else 0.2
    return DemoTask(
        category=category,
        title=random.choice(PATTERNS[category]).format_map(words),
        description=random.choice(DESCRIPTIONS),
        completed=random.random() < done_by_now,
        priority=random.choices((NONE, LOW, MEDIUM, HIGH, URGENT), (4, 3, 3, 2, 1))[0],
        due=due,
        tags=tuple(random.sample(TAGS, random.choices((0, 1, 2, 3), (3, 4, 2, 1))[0])),
        age=age,
    )
