"""The `inbox` command."""


def main() -> None:
    raise SystemExit("not yet")
