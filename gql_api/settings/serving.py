"""Settings: processes, addresses, pages, logs."""

import os
from typing import Literal

from pydantic_settings import BaseSettings

from gql_api.settings.field import COMMAND_DECIDES, setting

MOST_WORKERS = 4
"""Most processes that `serve` starts unasked."""


def _usable_cpus() -> int:
    # Not every system tells which CPUs a process may run on.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed is not None else os.cpu_count() or 1


class ServingSettings(BaseSettings):
    host: str = setting("127.0.0.1", "all workers", "The address to listen on.")
    port: int = setting(8000, "all workers", "The port to listen on; 0 picks a free one.", ge=0, le=65535)
    workers: int = setting(
        None,
        "all workers",
        "How many processes `serve` answers with. They share the port and the database, nothing else.",
        default_factory=lambda: min(_usable_cpus(), MOST_WORKERS),
        shown=f"one for each CPU, at most {MOST_WORKERS}",
        ge=1,
        le=256,
    )
    drain_delay: float = setting(
        0.0,
        "each worker",
        "Seconds between SIGTERM and the end of accepting, in which `/health/ready` already says no: for load "
        "balancers that need to see it.",
        ge=0,
        allow_inf_nan=False,
    )
    shutdown_timeout: float = setting(
        15.0,
        "each worker",
        "Seconds that what is in flight has to end once the server no longer accepts.",
        ge=0,
        allow_inf_nan=False,
    )
    explorer: bool | None = setting(
        None,
        "all workers",
        "Serve the explorer at `/graphql`, and the pages at `/` and `/documentation/`. It completes and describes only "
        "what introspection tells it.",
        shown=COMMAND_DECIDES,
    )
    introspection: bool | None = setting(
        None,
        "all workers",
        "Let clients ask for the schema: by introspection, and as `/schema.graphql`.",
        shown=COMMAND_DECIDES,
    )
    suggestions: bool | None = setting(
        None,
        "all workers",
        "Let errors suggest names of the schema: `Did you mean …?`.",
        shown=COMMAND_DECIDES,
    )
    compress_over: int = setting(
        1_000, "all workers", "Bytes from which on an answer is compressed, for those who accept gzip.", ge=0
    )
    document_cache: int = setting(
        30_000_000,
        "each worker",
        "Bytes of memory, about, for documents that are kept parsed and validated, the longest unused forgotten first; "
        "0 for none.",
        ge=0,
        le=10_000_000_000,
    )
    compile_operations: Literal["never", "again", "always"] = setting(
        "again",
        "all workers",
        "Which operations are compiled: those used `again`, a tenth of the time at most; `always` all, at once; or "
        "`never` any: graphql-core executes them, slower, with the same answers.",
    )
    compiled_cache: int = setting(
        50_000_000,
        "each worker",
        "Bytes of memory, about, for compiled operations with their documents, the longest unused forgotten first.",
        ge=0,
        le=10_000_000_000,
    )
    log_format: Literal["text", "json"] | None = setting(
        None,
        "all workers",
        "How log lines look: `text`, or `json` with one object a line.",
        shown="`text` in `dev`, `json` in `serve`",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = setting(
        "INFO", "all workers", "The least that is logged. At `INFO` every operation is a line; never its variables."
    )
    metrics: bool = setting(
        False, "all workers", "Tell Prometheus at `/metrics` of all workers together. Needs a token where the API does."
    )
