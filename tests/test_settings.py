"""Settings from outside."""

from pathlib import Path
from typing import get_args

import pytest

from gql_api import settings
from gql_api.errors import StartupError
from gql_api.settings.field import Scope

README = Path(__file__).parents[1] / "README.md"


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


def test_what_was_set_goes_before_what_a_command_would_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQL_API_EXPLORER", "false")
    loaded = settings.load().or_else(explorer=True, introspection=True)
    assert (loaded.explorer, loaded.introspection) == (False, True)


def test_a_file_that_is_no_text_is_one_clear_line() -> None:
    Path(".env").write_bytes(b"GQL_API_PORT=\xff\xfe")
    with pytest.raises(StartupError, match=r"\.env"):
        settings.load()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GQL_API_PORT", "secret"),
        ("GQL_API_WORKERS", "-1secret"),
        ("GQL_API_POOL_TIMEOUT", "nan"),
        ("GQL_API_TRANSACTION_POOLING", "secret"),
        ("GQL_API_POOL_SIZE", "1001"),
    ],
)
def test_a_bad_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """It may have been meant for another variable: a password, say."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(StartupError) as caught:
        settings.load()
    assert str(caught.value).startswith(f"Bad setting: {variable}: ")
    assert "secret" not in str(caught.value)


def test_what_looks_like_a_setting_and_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("GQL_API_PROT=1\nDATABASE_URLS=x\n")
    monkeypatch.setenv("GQL_API_QQQQ", "1")
    monkeypatch.setenv("GQL_API_PORT", "1")
    assert list(settings.unknown()) == [("GQL_API_PROT", "GQL_API_PORT"), ("GQL_API_QQQQ", None)]


def test_what_is_in_force_is_told_and_secrets_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@host/name")
    monkeypatch.setenv("GQL_API_POOL_SIZE", "17")
    told = {setting.variable: setting.value for setting in settings.described(settings.load())}
    assert told["DATABASE_URL"] == "(set; not shown)"
    assert told["GQL_API_POOL_SIZE"] == "17"
    assert told["GQL_API_TRANSACTION_POOLING"] == "false"
    assert "secret" not in str(list(settings.described(settings.load())))


def test_workers_are_as_many_as_cpus_up_to_four(monkeypatch: pytest.MonkeyPatch) -> None:
    for cpus, workers in ((1, 1), (3, 3), (64, 4)):
        monkeypatch.setattr(settings.serving, "_usable_cpus", lambda cpus=cpus: cpus)
        assert settings.load().workers == workers
    monkeypatch.setenv("GQL_API_WORKERS", "9")
    assert settings.load().workers == 9


def test_the_readme_has_the_table_of_settings() -> None:
    assert settings.table() in README.read_text(), "run `make readme`"


def test_every_setting_says_what_it_is_for_and_whom_it_counts_for() -> None:
    for setting in settings.described(settings.Settings()):
        assert setting.meaning.endswith("."), setting.variable
        assert setting.scope in get_args(Scope), setting.variable


def test_a_home_is_where_the_tilde_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQL_API_DATA_DIR", "~/data")
    assert settings.load().data_dir == Path.home() / "data"


@pytest.mark.parametrize("given", [" postgresql://u@h/n\n", "'postgresql://u@h/n'", '"postgresql://u@h/n"'])
def test_an_address_may_stand_in_quotes(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    loaded = settings.load().database_url
    assert loaded is not None
    assert loaded.get_secret_value() == "postgresql://u@h/n"


def test_lists_are_set_as_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GQL_API_TOKENS", "one, two\n three=")
    monkeypatch.setenv("GQL_API_CORS_ORIGINS", "https://a.example,https://b.example")
    loaded = settings.load()
    assert [token.get_secret_value() for token in loaded.tokens] == ["one", "two", "three="]
    assert loaded.cors_origins == ("https://a.example", "https://b.example")
    told = {setting.variable: setting.value for setting in settings.described(loaded)}
    assert told["GQL_API_TOKENS"] == "(3 set; not shown)"
    assert told["GQL_API_CORS_ORIGINS"] == "https://a.example, https://b.example"


@pytest.mark.parametrize("token", ["pass:word", "pässword", "se\x00cret", "=="])
def test_a_token_that_nobody_could_send_is_refused_and_not_repeated(token: str) -> None:
    Path(".env").write_bytes(f"GQL_API_TOKENS='{token}'\n".encode())
    with pytest.raises(StartupError, match="GQL_API_TOKENS") as told:
        settings.load()
    assert token not in str(told.value)
