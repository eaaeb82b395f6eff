from collections.abc import AsyncIterator

import pytest

from tests.conftest import settings
from tests.http.served import Served, serving


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    async with serving(settings(database)) as served:
        yield served
