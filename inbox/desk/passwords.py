"""Passwords of agents: their rules, their hash, and a check that tells nothing by its time."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from inbox.errors import Invalid
from inbox.i18n import N_

SHORTEST = 8
LONGEST = 128
TOO_COMMON = {
    "password", "password1", "passw0rd", "12345678", "123456789", "1234567890", "qwertyuiop",
    "qwerty123", "iloveyou", "11111111", "00000000", "sunshine", "princess", "football",
    "letmein1", "welcome1", "baseball", "superman", "trustno1", "abcd1234", "inboxinbox",
}  # fmt: skip

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's floor


def check_rules(password: str, *, email: str = "", field: str = "password") -> None:
    """Invalid, saying what would do: length counts, kinds of characters do not."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(fields={field: N_("Use 8 to 128 characters.")})
    plain = password.casefold()
    if plain in TOO_COMMON or len(set(plain)) == 1 or (email and plain == email.casefold()):
        raise Invalid(fields={field: N_("This one is guessed first. Use a few unrelated words.")})


def make_hash(password: str) -> str:
    """About 30 ms of work, so never inside a transaction or on the event loop."""
    return _hasher.hash(_normal(password))


def is_right(password_hash: str, password: str) -> bool:
    """As slow as ever when there is no hash, so that time does not tell who has an account."""
    if len(password) > LONGEST:
        return False
    try:
        right = _hasher.verify(password_hash or _nobodys_hash(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(password_hash)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("")


def _normal(password: str) -> str:
    """The same characters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFC", password)
