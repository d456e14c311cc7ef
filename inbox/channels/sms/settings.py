"""What a person fills in to connect a number at Twilio."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from inbox.channels.base import ChannelSettings
from inbox.channels.reading import phone_number
from inbox.i18n import Phrase

SERVICE = "MG"  # messaging service SIDs begin with it


def _sender(value: str) -> str:
    number = phone_number(value)
    if value.startswith(SERVICE) or number.removeprefix("+").isalnum():
        return number
    raise ValueError(
        Phrase("Give the number with its country code, like +15551234567, or an MG… SID.")
    )


Sender = Annotated[str, AfterValidator(_sender)]


class SmsSettings(ChannelSettings):
    account_sid: str = Field(
        title="Account SID",
        pattern="^AC[0-9A-Za-z]+$",
        description="On the first page of the Twilio console; begins with AC.",
    )
    auth_token: SecretStr = Field(
        title="Auth token",
        min_length=1,
        description="Next to the account SID. It also proves that a call is Twilio's.",
    )
    sender: Sender = Field(
        title="Phone number or messaging service",
        description="+15551234567, or the SID of a messaging service, which begins with MG.",
    )
    more_senders: list[Sender] = Field(
        default_factory=list,
        max_length=50,
        title="Further numbers",
        description="One a line. Answers go out from the one that the customer wrote to; who"
        " writes may choose another.",
    )
    help_answer: str = Field(
        "",
        title="Answer to HELP",
        max_length=1600,
        description="Sent to whoever writes HELP or INFO. Empty: Twilio answers by itself.",
        json_schema_extra={"kind": "textarea"},
    )
    api_base: str = Field(
        "https://api.twilio.com",
        title="API address",
        pattern="^https?://",
        description="Only for a region of Twilio or a simulator.",
        json_schema_extra={"group": "advanced"},
    )
    content_base: str = Field(
        "https://content.twilio.com",
        title="API address of templates",
        pattern="^https?://",
        description="Only for a simulator.",
        json_schema_extra={"group": "advanced"},
    )
