"""How much is tried: the same examples each time; or GQL_TEST_MORE times as many, and others."""

from os import environ

from hypothesis import HealthCheck, settings

MORE = float(environ.get("GQL_TEST_MORE", "1"))


def examples(count: int, *, steps: int = 50) -> settings:
    return settings(
        max_examples=max(1, round(count * MORE)),
        derandomize=MORE <= 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        stateful_step_count=steps,
    )
