"""What a visitor posts, checked and made into raw items that are kept before they are answered."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from inbox.channels.webchat.settings import MOST_QUESTIONS
from inbox.envelope import RawItem
from inbox.errors import Invalid
from inbox.i18n import Phrase
from inbox.vault import Vault
from inbox.web.widget.site import Site
from inbox.web.widget.tokens import UploadedFile, Visitor, read_ticket

TEXT_BYTES = 8 * 1024
MOST_FILES = 5

Model = TypeVar("Model", bound=BaseModel)
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class ConsentNeeded(Invalid):
    """The site asks for consent before anything is written."""

    code = "consent_needed"


class PostedMessage(BaseModel):
    """Who sends it is never among the fields: the token says that."""

    model_config = ConfigDict(extra="ignore", strict=True)

    client_id: Id
    text: str = ""
    files: list[str] = Field(default_factory=list, max_length=MOST_FILES)
    name: Short = ""
    email: Annotated[Short, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")] = ""
    phone: Short = ""
    company: Short = ""
    city: Short = ""
    answers: dict[Short, Short] = Field(default_factory=dict, max_length=MOST_QUESTIONS)
    shown: Annotated[str, StringConstraints(max_length=25)] = ""
    page: Annotated[str, StringConstraints(max_length=2000)] = ""
    language: Annotated[str, StringConstraints(max_length=16)] = ""
    time_zone: Annotated[str, StringConstraints(max_length=64)] = ""
    consent: Annotated[str, StringConstraints(max_length=64)] = ""


class PostedReceipt(BaseModel):
    """`kind` is delivered or read; `upto` the newest message that it covers."""

    model_config = ConfigDict(extra="ignore", strict=True)

    kind: Annotated[str, StringConstraints(pattern=r"^(delivered|read)$")]
    upto: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{25}$")]


def message_item(
    vault: Vault, found: Site, visitor: Visitor, data: Any, shown: Mapping[str, str]
) -> RawItem:
    """Raises Invalid; `shown` are the site's proactive messages, which an answer names by id."""
    posted = checked(PostedMessage, data)
    if found.settings.consent and not posted.consent:
        raise ConsentNeeded(fields={"consent": "Agree to the text above the chat first."})
    text = posted.text.replace("\x00", "").strip()
    if len(text.encode()) > TEXT_BYTES:
        raise Invalid(
            fields={
                "text": Phrase("A message may have %(most)d KB at most.", most=TEXT_BYTES // 1024)
            }
        )
    files = [read_ticket(vault, found.inbox_id, visitor.id, ticket) for ticket in posted.files]
    if not text and not files:
        raise Invalid(fields={"text": "Write something first."})
    questions = {label for label, _ in found.settings.own_questions()}
    content = _content(posted, visitor, text, files)
    content["answers"] = {q: a for q, a in posted.answers.items() if a and q in questions}
    content["shown"] = shown.get(posted.shown, "")
    return RawItem(external_id=f"{visitor.id}:{posted.client_id}", content=orjson.dumps(content))


def receipt(data: Any) -> PostedReceipt:
    """Raises Invalid."""
    return checked(PostedReceipt, data)


def receipt_items(visitor: str, kind: str, provider_ids: Sequence[str]) -> list[RawItem]:
    """One for each message, as a provider's status callbacks would come."""
    return [
        RawItem(
            external_id=f"{visitor}:{kind}:{provider_id}",
            content=orjson.dumps({"kind": kind, "visitor": visitor, "upto": provider_id}),
        )
        for provider_id in provider_ids
    ]


def _content(
    posted: PostedMessage, visitor: Visitor, text: str, files: Sequence[UploadedFile]
) -> dict[str, Any]:
    """Empty optional values are left out."""
    optional = (
        "name", "email", "phone", "company", "city", "page", "language", "time_zone", "consent",
    )  # fmt: skip
    given = {key: value for key in optional if (value := getattr(posted, key))}
    return {
        "kind": "message",
        "client_id": posted.client_id,
        "visitor": visitor.id,
        "text": text,
        "files": [file.model_dump() for file in files],
        **given,
        **({"vouched": visitor.vouched} if visitor.vouched else {}),
    }


def checked(model: type[Model], data: Any) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = {str((*found["loc"], "message")[0]): found["msg"] for found in error.errors()}
        raise Invalid(fields=fields) from None
