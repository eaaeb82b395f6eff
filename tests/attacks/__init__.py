"""What a hostile client can do, tried on a real server: `make attacks`. Not among the other tests."""

from tests.attacks import connections, operations, requests, websockets
from tests.attacks.attack import ATTACKS
from tests.command import PROJECT

__all__ = ["ATTACKS", "DOCUMENT", "connections", "operations", "requests", "table", "websockets", "written"]

DOCUMENT = PROJECT / "docs" / "security.md"
BEGIN = "<!-- attacks: `make attacks` writes them -->\n"
END = "<!-- end of attacks -->\n"


def table(document: str) -> str:
    """Return what stands between the two marks."""
    return document.partition(BEGIN)[2].partition(END)[0]


def written(document: str, table: str) -> str:
    before, _, rest = document.partition(BEGIN)
    return f"{before}{BEGIN}{table}{END}{rest.partition(END)[2]}"
