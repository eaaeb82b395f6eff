from collections.abc import AsyncIterator

import pytest

from tests.conftest import Raw, settings
from tests.http.served import Served, serving


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    async with serving(settings(database)) as served:
        yield served


@pytest.fixture
async def locked(raw: Raw) -> AsyncIterator[Raw]:
    """A database where whoever reads or writes tasks waits."""
    transaction = raw.transaction()
    await transaction.start()
    await raw.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE")
    yield raw
    await transaction.rollback()
