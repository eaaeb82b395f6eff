"""Run a command on a PostgreSQL of other programs: python -m tests.with_postgres BIN COMMAND… sets DATABASE_URL."""

import subprocess
import sys
from os import environ
from pathlib import Path
from tempfile import TemporaryDirectory

from gql_api import embedded


def main(programs: str, *command: str) -> int:
    with TemporaryDirectory(prefix="gql-test-") as folder:
        Path(folder).chmod(0o755)
        with embedded.running(Path(folder) / "home", durable=False, programs=Path(programs)) as url:
            return subprocess.run(command, env={**environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
