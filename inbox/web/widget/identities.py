"""Who a site says its visitor is: a short-lived JWT, or the HMAC of an id for those who migrate."""

import hashlib
import hmac
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from inbox.errors import Forbidden
from inbox.web.widget.tokens import ALGORITHM

LEEWAY_SECONDS = 30  # clocks of two machines are never the same

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class BadIdentity(Forbidden):
    """The site's proof of who its visitor is does not hold."""

    code = "bad_identity"


class Proven(BaseModel):
    """What a site vouches for; `id` is its own name for the person."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Annotated[Short, StringConstraints(min_length=1)]
    email: Annotated[Short, StringConstraints(to_lower=True, pattern=r"^([^@\s]+@[^@\s]+)?$")] = ""
    name: Short = ""


class _Posted(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    token: str = Field("", max_length=4096)
    id: str = Field("", max_length=120)
    hash: str = Field("", max_length=64)


def proven(secrets: Sequence[str], posted: Any) -> Proven:
    """By any of the secrets, the newest first.

    Raises BadIdentity, with what the site's developer has to change.
    """
    if not secrets:
        raise BadIdentity("Set an identity secret in the inbox's settings first.")
    try:
        given = _Posted.model_validate(posted)
        return Proven.model_validate(_told(secrets, given))
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadIdentity(f"The proof of identity has a wrong {field or 'shape'}.") from None


def _told(secrets: Sequence[str], given: _Posted) -> dict[str, Any]:
    """What the newest secret objects to is said, if none fits."""
    read = _claims if given.token else _hashed
    for secret in secrets[1:]:
        with suppress(BadIdentity):
            return read(secret, given)
    return read(secrets[0], given)


def _claims(secret: str, given: _Posted) -> dict[str, Any]:
    try:
        claims = jwt.decode(
            given.token,
            secret,
            algorithms=[ALGORITHM],
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise BadIdentity("The identity token has expired. Make a new one for each page.") from None
    except jwt.InvalidTokenError as error:
        raise BadIdentity(f"The identity token is not valid: {error}.") from None
    return {**claims, "id": claims["sub"]}


def _hashed(secret: str, given: _Posted) -> dict[str, str]:
    """Only the id is proven so; a name and an address beside it are claims."""
    right = hmac.new(secret.encode(), given.id.encode(), hashlib.sha256).hexdigest()
    if not given.hash.isascii() or not hmac.compare_digest(right, given.hash.lower()):
        raise BadIdentity("The hash is not the HMAC-SHA256 of this id with the identity secret.")
    return {"id": given.id}
