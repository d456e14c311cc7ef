"""What an e-mail account needs to know."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr

from inbox.channels.base import ChannelSettings


def _an_address(value: str) -> str:
    local, at, domain = value.strip().lower().rpartition("@")
    if value and not (local and at and domain and not set(value) & set(' \t\r\n<>,;"')):
        raise ValueError("This is not an e-mail address. It should look like support@example.com.")
    return value.strip().lower()


def _addresses(value: str) -> str:
    """In one form, each once; a wrong one is named."""
    found = [one for one in re.split(r"[,;\s]+", value.lower()) if one]
    for one in found:
        try:
            _an_address(one)
        except ValueError:
            raise ValueError(f"{one} is not an address. Separate addresses by commas.") from None
    return ", ".join(dict.fromkeys(found))


EmailAddress = Annotated[str, AfterValidator(_an_address)]
Port = Annotated[int, Field(ge=1, le=65535)]


def _group(name: str) -> dict[str, Any]:
    return {"group": name}


class EmailSettings(ChannelSettings):
    """One mailbox to fetch from (IMAP) and one server to send by (SMTP)."""

    email: EmailAddress = Field(
        title="Address",
        description="What customers write to, and what replies come from.",
        json_schema_extra=_group("Address"),
    )
    display_name: str = Field(
        "",
        title="Name",
        description="Shown beside the address, for example “Shop support”.",
        json_schema_extra=_group("Address"),
    )
    aliases: Annotated[str, AfterValidator(_addresses)] = Field(
        "",
        title="Other addresses",
        description="More addresses whose mail lands in this mailbox, separated by commas."
        " Answers come from the one that the customer wrote to.",
        json_schema_extra=_group("Address"),
    )
    imap_host: str = Field(
        "",
        title="IMAP server",
        description="Where mail is fetched from; empty to send only.",
        json_schema_extra=_group("Receiving"),
    )
    imap_port: Port = Field(
        993, title="IMAP port", description="Usually 993.", json_schema_extra=_group("Receiving")
    )
    imap_security: Literal["tls", "none"] = Field(
        "tls",
        title="IMAP encryption",
        description="“none” sends the password in clear text: only for a server on this machine.",
        json_schema_extra=_group("Receiving"),
    )
    imap_user: str = Field(
        "",
        title="IMAP user",
        description="Usually the address.",
        json_schema_extra=_group("Receiving"),
    )
    imap_password: SecretStr = Field(
        SecretStr(""),
        title="IMAP password",
        description="With Gmail, Yahoo or iCloud an app password.",
        json_schema_extra=_group("Receiving"),
    )
    imap_folder: str = Field(
        "INBOX",
        title="Folder",
        description="The folder that is watched.",
        json_schema_extra=_group("Receiving"),
    )
    start_with: Literal["new", "everything"] = Field(
        "new",
        title="Start with",
        description="Only mail that comes from now on, or everything that is in the folder.",
        json_schema_extra=_group("Receiving"),
    )
    trusted_host: str = Field(
        "",
        title="Checking server",
        description="The name with which your mail server signs Authentication-Results, for"
        " example mx.example.com. Its DKIM and SPF results prove who wrote; empty: none do.",
        json_schema_extra=_group("Receiving"),
    )
    smtp_host: str = Field(
        "",
        title="SMTP server",
        description="Where mail is sent by; empty to receive only.",
        json_schema_extra=_group("Sending"),
    )
    smtp_port: Port = Field(
        465,
        title="SMTP port",
        description="465 for TLS, 587 for STARTTLS.",
        json_schema_extra=_group("Sending"),
    )
    smtp_security: Literal["tls", "starttls", "none"] = Field(
        "tls",
        title="SMTP encryption",
        description="“none” sends the password in clear text: only for a server on this machine.",
        json_schema_extra=_group("Sending"),
    )
    smtp_user: str = Field(
        "",
        title="SMTP user",
        description="Empty where the server asks for none.",
        json_schema_extra=_group("Sending"),
    )
    smtp_password: SecretStr = Field(
        SecretStr(""),
        title="SMTP password",
        description="Often the same as for IMAP.",
        json_schema_extra=_group("Sending"),
    )

    def own_addresses(self) -> set[str]:
        others = {address.strip().lower() for address in self.aliases.split(",")}
        return {self.email, *others} - {""}
