"""Who a visitor is: a random id, signed for one inbox, so that nobody can take another's."""

import secrets

import jwt
from aiohttp import web
from pydantic import BaseModel, ValidationError

from inbox.errors import Invalid
from inbox.vault import Vault
from inbox.web.widget.answers import BadToken

ID_BYTES = 16
SIGNATURE_LENGTH = 40
ALGORITHM = "HS256"


class UploadedFile(BaseModel):
    """What a visitor has put up and may now send."""

    name: str
    content_type: str
    digest: str
    size: int


def new_visitor_id() -> str:
    return secrets.token_hex(ID_BYTES)


def visitor_token(vault: Vault, inbox_id: str, visitor: str) -> str:
    return f"{visitor}.{vault.sign(f'widget:{inbox_id}', visitor, SIGNATURE_LENGTH)}"


def read_token(vault: Vault, inbox_id: str, token: str) -> str:
    """The visitor's id. Raises BadToken."""
    visitor, _, signature = token.partition(".")
    if len(signature) != SIGNATURE_LENGTH or not signature.isascii():
        raise BadToken
    if not vault.is_signed(f"widget:{inbox_id}", visitor, signature):
        raise BadToken
    return visitor


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
