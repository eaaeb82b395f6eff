"""Settings from outside."""

from pathlib import Path

import pytest

from gql_api import settings
from gql_api.errors import StartupError


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def test_nothing_needs_to_be_set() -> None:
    loaded = settings.load()
    assert (loaded.database_url, loaded.host, loaded.port) == (None, "127.0.0.1", 8000)


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("GQL_API_PORT=9001\nGQL_API_HOST=0.0.0.0\nOTHER=1\n")
    monkeypatch.setenv("GQL_API_PORT", "9002")
    loaded = settings.load()
    assert (loaded.host, loaded.port) == ("0.0.0.0", 9002)  # noqa: S104 - a value, not a binding


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert settings.load().database_url is None


@pytest.mark.parametrize(("name", "value"), [("GQL_API_PORT", "many"), ("GQL_API_POOL_SIZE", "0")])
def test_a_bad_value_is_refused_by_its_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartupError, match=name):
        settings.load()


def test_the_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@host/name")
    assert "secret" not in repr(settings.load())
