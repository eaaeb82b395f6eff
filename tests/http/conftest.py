from collections.abc import AsyncIterator

import pytest

from gql_api.app import create_app
from tests.conftest import settings
from tests.http.served import Served, serving


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    async with serving(create_app(settings(database))) as served:
        yield served
