"""Install locked packages with uv, which is told what pip knows; with pip itself where uv can't."""

import ast
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
# what pip calls it, and the variable by which uv hears it
TRANSLATIONS = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}


def main(names: list[str]) -> None:
    files = [argument for name in names for argument in ("-r", str(FOLDER / f"{name}.txt"))]
    if not (with_uv(files) or pip("install", "--require-hashes", *files)):
        sys.exit("The packages could not be installed; the lines above say why.")


def with_uv(files: list[str]) -> bool:
    """Ten times faster than pip; there is no uv for some machines, and then pip does it."""
    if not pip("install", "--quiet", "--require-hashes", "-r", str(FOLDER / "uv.txt")):
        return False
    command = [sys.executable, "-m", "uv", "pip", "install", "--require-hashes", *files]
    environment = {**from_pip(), **os.environ, "UV_PYTHON": sys.executable}
    return subprocess.run(command, env=environment, check=False).returncode == 0


def from_pip() -> dict[str, str]:
    """What uv would not see: it reads neither pip's files nor its variables."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        variable = TRANSLATIONS.get(name.rpartition(".")[2])
        if variable and "file:" not in value:
            found[variable] = " ".join(ast.literal_eval(value).split())
    if "UV_INDEX" in found:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip chooses; hashes keep it safe
    return found


def pip(*arguments: str) -> bool:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    main(sys.argv[1:])
