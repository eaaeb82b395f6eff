"""graphql-core's own tests of execution, with the executor that compiles in the place of graphql-core's.

They come with graphql-core's source distribution, of the version and with the hash that `uv.lock` has.
"""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from os import environ
from pathlib import Path
from typing import Any

from tests.command import PROJECT

UV = environ.get("UV") or shutil.which("uv") or str(PROJECT / ".uv" / "bin" / "uv")
KEPT = Path(sys.prefix) / "cache" / "graphql-core"
"""Where the source distribution is kept: beside what else is installed for this project."""

COMPILED = "compiled"
LEAST = 265
"""How many of the tests must have executed an operation that was compiled."""

REASONS = {
    "incremental": "`@defer` and `@stream`: no validation rule of ours lets them through.",
    "abort signal": "We cancel tasks; an abort signal is given by nobody.",
    "subscription": "The schema has none, and an event's operation is executed once for each event.",
    "order of the root fields": "Said by the caller, as graphql-core does for the events of a subscription.",
    "middleware": "It wraps each resolver, so that no field is only its attribute.",
    "awaitables of its own": "`execute_sync` takes nothing for awaitable: what is generated looks for itself.",
    "fragment variables": "An experiment of graphql-core, which its parser has to be told to allow.",
    "no error propagation": "An experiment of graphql-core: null does not spread.",
    "no root type": "There is nothing to compile.",
    "not planned": "Nested too deeply: the ordinary executor says so in its own words.",
}
"""Why an operation is left to the ordinary executor, by what the compiler counts."""

NOT_EXECUTED = {
    "incremental/test_computation incremental/test_incremental_publisher incremental/test_stream_item_queue "
    "incremental/test_work_queue": "Parts of incremental delivery, tested by themselves.",
    "incremental/test_defer incremental/test_stream test_aborted_graphql_execution_error test_execution_result": (
        "What results look like, and what errors do."
    ),
    "incremental/test_incremental_executor test_customize": "The executor's class is named by the test.",
    "test_map_async_iterable test_collect_fields": "Functions, tested by themselves.",
    "test_cancellation": "Abort signals, tested by themselves.",
    "test_executor test_middleware test_oneof test_sync test_variables": "What is refused before it is executed.",
    "test_subscribe test_too_deeply_nested_selections": "Streams of events that are never begun.",
}
"""Files where some tests execute nothing by an executor that is not their own."""

BOTH = "Two siblings fail, and both make the same position null: which errors are told then is left open (6.4.4)."
SEVERAL = "describe_handles_multiple_errors_for_a_single_response_position"
DIFFERENT = {
    "describe_nulls_a_complex_tree_of_nullable_fields_each::throws": (
        "The order of errors of fields that are waited for side by side."
    ),
    f"{SEVERAL}::nullable_and_non_nullable_root_fields_throw_nested_errors": BOTH,
    f"{SEVERAL}::nullable_and_non_nullable_nested_fields_throw_nested_errors": BOTH,
    f"{SEVERAL}::slower_nullable_after_non_nullable_root_field": BOTH,
    f"{SEVERAL}::slower_nullable_after_non_nullable_nested_field": BOTH,
    "describe_execute_cancellation::suppresses_sibling_errors_after_a_non_null_error_bubbles": (
        "What is not needed any more is cancelled a turn of the event loop sooner than the test expects."
    ),
}
"""Tests that fail, and why they may."""

TESTS = ("tests/execution", "tests/test_star_wars_query.py", "tests/test_user_registry.py")


def sources(kept: Path = KEPT) -> Path:
    """Return the folder of graphql-core's source distribution, downloaded once."""
    packages = tomllib.loads((PROJECT / "uv.lock").read_text())["package"]
    (package,) = (each for each in packages if each["name"] == "graphql-core")
    folder = kept / f"graphql_core-{package['version']}"
    if not folder.exists():
        kept.mkdir(parents=True, exist_ok=True)
        wanted = kept / "requirements.txt"
        wanted.write_text(f"graphql-core=={package['version']} --hash={package['sdist']['hash']}\n")
        download = ["tool", "run", "--quiet", "pip", "--quiet", "download", "--no-deps", "--no-binary", "graphql-core"]
        subprocess.run([UV, *download, "--require-hashes", "-r", wanted, "-d", kept], check=True, cwd=kept)
        with tarfile.open(kept / f"{folder.name}.tar.gz") as archive:
            archive.extractall(kept / "unpacked")  # noqa: S202 - its hash is known, and a filter is not, before 3.11.4
        (kept / "unpacked" / folder.name).rename(folder)
    return folder


def run(folder: Path, out: Path) -> dict[str, dict[str, Any]]:
    """Run the tests, and return of each its outcome, how its operations were executed, and what is told of it."""
    settings = ("python_classes=PyTest*", "asyncio_mode=strict", "asyncio_default_fixture_loop_scope=function")
    plugins = ("no:randomly", "no:cacheprovider", "no:xdist", "compiled_by_default")
    options: list[str | Path] = [
        *("-q", "--timeout=60", "-c", os.devnull, "--rootdir", folder),
        *(word for setting in settings for word in ("-o", setting)),
        *(word for plugin in plugins for word in ("-p", plugin)),
    ]
    command: list[str | Path] = [sys.executable, "-m", "pytest", *options, *TESTS]
    told = {**environ, "EXECUTIONS": str(out), "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=500)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: dict[str, dict[str, Any]] = json.loads(out.read_text())
    return found


def test_they_pass_and_what_can_be_is_compiled(tmp_path: Path) -> None:
    told = run(sources(), tmp_path / "executions.json")
    names = {name: "::".join(name.split("::")[-2:]) for name in told}
    failed = {names[name]: each["text"] for name, each in told.items() if each["outcome"] != "passed"}
    assert failed.keys() == DIFFERENT.keys(), "\n".join(
        text or f"{name} does not fail" for name, text in (dict.fromkeys(DIFFERENT, "") | failed).items()
        if name not in failed or name not in DIFFERENT
    )  # fmt: skip

    compiled = [name for name, each in told.items() if COMPILED in each["how"]]
    assert len(compiled) >= LEAST, f"only {len(compiled)} of {len(told)} have executed a compiled operation"
    others = {name: each["how"] for name, each in told.items() if name not in compiled}
    unknown = {name: how for name, how in others.items() if not how.keys() <= REASONS.keys()}
    assert not unknown, "not compiled, and nobody has said why"
    silent = {name.split("::")[0] for name, how in others.items() if not how}
    assert silent == {f"tests/execution/{name}.py" for names in NOT_EXECUTED for name in names.split()}
