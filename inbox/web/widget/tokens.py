"""Who a visitor is: a random id, signed for one inbox, so that nobody can take another's."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web
from pydantic import BaseModel, ValidationError

from inbox.errors import Invalid
from inbox.vault import Vault
from inbox.web.widget.answers import BadToken

ID_BYTES = 16
SIGNATURE_LENGTH = 40
ALGORITHM = "HS256"
JWT_DOTS = 2


@dataclass(frozen=True, slots=True)
class Visitor:
    """`vouched` is what his site has proven of him (id, email, name), if anything."""

    id: str
    vouched: Mapping[str, str] | None = None


class UploadedFile(BaseModel):
    """What a visitor has put up and may now send."""

    name: str
    content_type: str
    digest: str
    size: int


def new_visitor_id() -> str:
    return secrets.token_hex(ID_BYTES)


def visitor_token(
    vault: Vault, inbox_id: str, visitor: str, vouched: Mapping[str, str] | None = None
) -> str:
    """With what the site has proven, so that each message can carry it."""
    if vouched:
        claims = {"sub": visitor, "vouched": dict(vouched)}
        return jwt.encode(claims, vault.key(f"visitor:{inbox_id}"), algorithm=ALGORITHM)
    return f"{visitor}.{vault.sign(f'widget:{inbox_id}', visitor, SIGNATURE_LENGTH)}"


def read_token(vault: Vault, inbox_id: str, token: str) -> Visitor:
    """Raises BadToken."""
    if token.count(".") == JWT_DOTS:
        claims = _claims(vault, inbox_id, token)
        return Visitor(claims["sub"], claims["vouched"])
    visitor, _, signature = token.partition(".")
    if len(signature) != SIGNATURE_LENGTH or not signature.isascii():
        raise BadToken
    if not vault.is_signed(f"widget:{inbox_id}", visitor, signature):
        raise BadToken
    return Visitor(visitor)


def bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise BadToken
    return token.strip()


def upload_ticket(vault: Vault, inbox_id: str, visitor: str, file: UploadedFile) -> str:
    """Lets this visitor alone send this file: a bare digest would let him name anybody's."""
    claims = {"aud": visitor, "file": file.model_dump()}
    return jwt.encode(claims, vault.key(f"upload:{inbox_id}"), algorithm=ALGORITHM)


def read_ticket(vault: Vault, inbox_id: str, visitor: str, ticket: str) -> UploadedFile:
    """Raises Invalid."""
    try:
        claims = jwt.decode(
            ticket,
            vault.key(f"upload:{inbox_id}"),
            algorithms=[ALGORITHM],
            audience=visitor,
            options={"require": ["aud"]},
        )
        return UploadedFile.model_validate(claims.get("file"))
    except (jwt.InvalidTokenError, ValidationError):
        raise Invalid(fields={"files": "Put the file up again."}) from None


def _claims(vault: Vault, inbox_id: str, token: str) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            vault.key(f"visitor:{inbox_id}"),
            algorithms=[ALGORITHM],
            options={"require": ["sub", "vouched"]},
        )
    except jwt.InvalidTokenError:
        raise BadToken from None
