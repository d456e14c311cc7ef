"""What can go wrong, as one tree.

InboxError
├── NotFound         no such thing, or not for this person's eyes
├── Unauthenticated  nobody knows who is asking
├── Forbidden        known, but not allowed
├── Invalid          what was given can't be taken; says which field and what would do
├── Conflict         somebody else was first
├── RateLimited      too often; says when to come back
└── Unavailable      something we depend on does not answer
"""

from collections.abc import Mapping


class InboxError(Exception):
    """Something went wrong."""

    code = "error"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        """As it was given: a phrase can still be said in another language."""
        text: str = self.args[0]
        return text


class NotFound(InboxError):
    """There is no such thing here."""

    code = "not_found"


class Forbidden(InboxError):
    """You may not do this."""

    code = "forbidden"


class Unauthenticated(InboxError):
    """Sign in first, or give a valid token."""

    code = "unauthenticated"


class Invalid(InboxError):
    """Something in the request can't be taken as it is."""

    code = "invalid"

    def __init__(self, message: str = "", fields: Mapping[str, str] | None = None) -> None:
        """`fields` maps each bad field to what is wrong with it and what would do."""
        self.fields = dict(fields or {})
        super().__init__(message or "; ".join(f"{k}: {v}" for k, v in self.fields.items()))


class Conflict(InboxError):
    """Somebody else changed this first."""

    code = "conflict"


class RateLimited(InboxError):
    """Too many tries. Wait a little."""

    code = "rate_limited"

    def __init__(self, message: str = "", *, retry_after: float = 60) -> None:
        """`retry_after` is in seconds."""
        self.retry_after = retry_after
        super().__init__(message)


class Unavailable(InboxError):
    """A service that this needs does not answer."""

    code = "unavailable"


def message_of(error: BaseException, otherwise: str = "") -> str:
    """What it says, as it was given: a phrase can still be said in another language."""
    given = error.args[0] if len(error.args) == 1 else None
    return given if isinstance(given, str) and given else str(error) or otherwise or repr(error)
