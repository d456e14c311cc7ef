"""The demo's workspace: a cast of agents, their teams and inboxes, and conversations to look at."""

from inbox.seed.workspace import OWNER_EMAIL, PASSWORD, seed

__all__ = ["OWNER_EMAIL", "PASSWORD", "seed"]
