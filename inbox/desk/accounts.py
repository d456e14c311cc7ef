"""Channel accounts: what an inbox's row and its decrypted secrets mean to its channel."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from inbox.errors import Invalid
from inbox.i18n import N_, Phrase

SENTENCES = {
    "missing": N_("Fill this in."),
    "string_too_short": N_("Fill this in."),
    "string_too_long": N_("Use at most %(max_length)s characters."),
    "string_pattern_mismatch": N_("This is not written as it has to be."),
    "int_parsing": N_("Give a whole number."),
    "int_type": N_("Give a whole number."),
    "float_parsing": N_("Give a number."),
    "greater_than_equal": N_("Give a number from %(ge)s up."),
    "greater_than": N_("Give a number above %(gt)s."),
    "less_than_equal": N_("Give a number up to %(le)s."),
    "less_than": N_("Give a number below %(lt)s."),
    "literal_error": N_("Choose one of %(expected)s."),
    "enum": N_("Choose one of %(expected)s."),
    "extra_forbidden": N_("There is no such setting."),
}


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
        fields = {_field(e): sentence(e) for e in error.errors()}
        raise Invalid(fields=fields) from None


def _field(error: Any) -> str:
    """A validator of several fields says itself which one to look at, below where it stands."""
    named = error.get("ctx", {}).get("field")
    return ".".join(map(str, [*error["loc"], *([named] if named else ())])) or "settings"


def sentence(error: Any) -> str:
    """What would do; pydantic's own words where they are the best there are."""
    if error["type"] in SENTENCES:
        return Phrase(SENTENCES[error["type"]], **error.get("ctx", {}))
    told = error.get("ctx", {}).get("error")
    if isinstance(told, ValueError) and told.args and isinstance(told.args[0], Phrase):
        return told.args[0]
    text = str(error["msg"]).removeprefix("Value error, ")
    return text if text.endswith((".", "!")) else f"{text}."
