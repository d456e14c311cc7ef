"""What a simulated provider can be told to do wrong."""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How one call goes wrong: an answer with `status`, or a cut link when `status` is 0.

    `accepted`: the message is taken all the same, so that the caller can't know.
    `delay` is in seconds, before anything else happens.
    """

    status: int = 503
    code: int = 0
    message: str = "Simulated failure."
    retry_after: int | None = None
    delay: float = 0
    accepted: bool = False


# what a switch on the page makes of every message of the shop, until it is thrown back
STANDING = {
    "busy": Failure(status=429, code=20429, message="Too Many Requests", retry_after=5),
    "broken": Failure(status=500, code=20500, message="Internal Server Error"),
    "silent": Failure(status=504, delay=30),
}


@dataclass(slots=True)
class Faults:
    """`wrong_signature` makes what comes in look forged; `outage` is thrown by the simulator."""

    outage: bool = False
    wrong_signature: bool = False
    standing: str = ""  # a key of STANDING
    _coming: deque[Failure] = field(default_factory=deque)

    def fail(self, failure: Failure, times: int = 1) -> None:
        """Let the next `times` messages of the shop go wrong."""
        self._coming.extend([failure] * times)

    def take(self) -> Failure | None:
        """The failure that is due now, if any."""
        return self._coming.popleft() if self._coming else STANDING.get(self.standing)
