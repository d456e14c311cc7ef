"""The `inbox` command."""

from inbox.cli.main import main

__all__ = ["main"]
