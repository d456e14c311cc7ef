"""What is sent again under the id of what was sent before must be the same, or it would be lost."""

from inbox.errors import Conflict
from inbox.i18n import N_


class Reworded(Conflict):
    """What comes again is not what was sent before."""

    def __init__(self) -> None:
        super().__init__(
            N_("This was sent already as you had it before. What you write now was not: send it.")
        )


def check(before: object, again: object) -> None:
    if before != again:
        raise Reworded
