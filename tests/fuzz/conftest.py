from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gql_api import db, seed
from tests.conftest import Server
from tests.fuzz.target import Target, running

MARKS = [
    pytest.mark.timeout(7_200),  # what fails is made smaller before it is shown, and soaking takes long: neither hangs
    pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning"),  # of its own verbosity
    # An operation that is stopped before graphql-core has come to some of its resolvers: see `EXPECTED` in target.py.
    pytest.mark.filterwarnings("ignore:coroutine 'GraphQLCoreConverter:RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine object GraphQLCoreConverter:pytest.PytestUnraisableExceptionWarning"
    ),
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for mark in MARKS:
                item.add_marker(mark)


@pytest.fixture(scope="session")
async def filled(server: Server, template: str) -> str:
    """The address of a migrated database with demo data, that all these tests may do anything to."""
    url = server.url(await server.create(template))
    engine = db.create_engine(url)
    await seed.fill_if_empty(db.create_sessions(engine))
    await engine.dispose()
    return url


@pytest.fixture(scope="session")
def workplace() -> Iterator[Path]:
    with TemporaryDirectory(prefix="gql-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def target(filled: str, workplace: Path) -> Iterator[Target]:
    with running(filled, workplace) as target:
        yield target
