"""Credentials at rest: encrypted with a key that is not in the database."""

import base64
import hashlib
import hmac
import secrets
from pathlib import Path

import orjson
from cryptography.fernet import Fernet, InvalidToken

from inbox.errors import Unavailable

KEY_FILE = "secret.key"
MINIMUM_LENGTH = 32
SIGNATURE_LENGTH = 16  # hex digits, 64 bits


class Vault:
    """One secret key, from which each purpose derives its own."""

    def __init__(self, secret_key: str) -> None:
        if len(secret_key) < MINIMUM_LENGTH:
            raise Unavailable(
                f"INBOX_SECRET_KEY has {len(secret_key)} characters, fewer than {MINIMUM_LENGTH}."
            )
        self._root = secret_key.encode()
        self._fernet = Fernet(base64.urlsafe_b64encode(self.key("vault")))

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose, so that a leak of one tells nothing of another."""
        return hmac.digest(self._root, purpose.encode(), hashlib.sha256)

    def encrypt(self, values: dict[str, str]) -> bytes:
        return self._fernet.encrypt(orjson.dumps(values)) if values else b""

    def decrypt(self, sealed: bytes) -> dict[str, str]:
        if not sealed:
            return {}
        try:
            values: dict[str, str] = orjson.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise Unavailable(
                "Stored credentials can't be read with this INBOX_SECRET_KEY. Restore the key"
                " that was in use when they were saved, or enter them again."
            ) from None
        return values

    def sign(self, purpose: str, text: str, length: int = SIGNATURE_LENGTH) -> str:
        """A lower-case signature of `length` hex digits (4 bits each)."""
        return hmac.new(self.key(purpose), text.encode(), hashlib.sha256).hexdigest()[:length]

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """False for one too short to mean anything."""
        if len(signature) < SIGNATURE_LENGTH:
            return False
        return hmac.compare_digest(self.sign(purpose, text, len(signature)), signature)


def find_or_make_key(secret_key: str, data_dir: Path) -> str:
    """The configured key, or the one kept in the data folder, made at the first start."""
    if secret_key:
        return secret_key
    file = data_dir / KEY_FILE
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()
