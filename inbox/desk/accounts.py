"""Channel accounts: what an inbox's row and its decrypted secrets mean to its channel."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from inbox.errors import Invalid


def split_secrets(settings: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """Plain and secret values of a validated settings model, as JSON-ready dictionaries."""
    plain = settings.model_dump(mode="json")
    secret: dict[str, str] = {}
    for name, value in settings:
        if isinstance(value, SecretStr):
            plain.pop(name)
            secret[name] = value.get_secret_value()
    return plain, secret


def validate(model: Any, values: Mapping[str, Any]) -> Any:
    """The settings model, or Invalid naming each bad field and what would do."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        fields = {".".join(map(str, e["loc"])) or "settings": e["msg"] for e in error.errors()}
        raise Invalid(fields=fields) from None
