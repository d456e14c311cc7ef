"""When a form's page was drawn and for which attempt, signed so that nobody can make one up."""

from dataclasses import dataclass
from datetime import timedelta

import jwt

from inbox import clock, ids
from inbox.vault import Vault

ALGORITHM = "HS256"
LEAST = timedelta(seconds=2)  # nobody fills in a form faster
MOST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Stamp:
    """`nonce` stays the same while one person corrects one form."""

    nonce: str
    drawn_at: float

    def is_too_fresh(self) -> bool:
        return clock.now().timestamp() - self.drawn_at < LEAST.total_seconds()

    def is_too_old(self) -> bool:
        return clock.now().timestamp() - self.drawn_at > MOST.total_seconds()


def new_stamp(nonce: str = "") -> Stamp:
    return Stamp(nonce or ids.new(), clock.now().timestamp())


def seal(vault: Vault, inbox_id: str, stamp: Stamp) -> str:
    claims = {"aud": inbox_id, "nonce": stamp.nonce, "at": stamp.drawn_at}
    return jwt.encode(claims, vault.key("form"), algorithm=ALGORITHM)


def unseal(vault: Vault, inbox_id: str, text: str) -> Stamp | None:
    """None for one that we did not make for this form."""
    try:
        claims = jwt.decode(text, vault.key("form"), algorithms=[ALGORITHM], audience=inbox_id)
    except jwt.InvalidTokenError:
        return None
    return Stamp(str(claims["nonce"]), float(claims["at"]))
