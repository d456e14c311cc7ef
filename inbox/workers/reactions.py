"""The table of what follows from an event, in this order."""

from inbox.workers.react import Reaction

REACTIONS: dict[str, Reaction] = {}
