"""What an e-mail account needs to know."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from inbox.channels.base import ChannelSettings
from inbox.i18n import N_

Security = Literal["tls", "starttls", "none"]

# of the providers that are known: IMAP, SMTP, its port and encryption
SERVERS: dict[str, tuple[str, str, int, Security]] = {
    "google": ("imap.gmail.com", "smtp.gmail.com", 465, "tls"),
    "microsoft": ("outlook.office365.com", "smtp.office365.com", 587, "starttls"),
}
CHECKERS = {"google": "mx.google.com", "microsoft": "microsoft"}
SIGN_IN = ("google", "microsoft", "other")
OWN_SERVERS = ("password", "other")
_NEEDED = N_("This is needed to sign in with the provider.")


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


def _web_address(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError("Give the whole address, beginning with https://.")
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]


def _group(name: str, *logins: str) -> dict[str, Any]:
    """`logins` are those with which the field is of use; none: with any."""
    return {"group": name, **({"when": {"login": logins}} if logins else {})}


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
    login: Literal["password", "google", "microsoft", "other"] = Field(
        "password",
        title="Sign in with",
        description="Google and Microsoft want you to sign in at their own page. Save this form,"
        " then press the button that appears.",
        json_schema_extra=_group("Signing in"),
    )
    oauth_client_id: str = Field(
        "",
        title="Client id",
        description="Of the app that you registered with the provider; the documentation says how.",
        json_schema_extra=_group("Signing in", *SIGN_IN),
    )
    oauth_client_secret: SecretStr = Field(
        SecretStr(""),
        title="Client secret",
        description="Of the same app.",
        json_schema_extra=_group("Signing in", *SIGN_IN),
    )
    oauth_tenant: str = Field(
        "common",
        title="Directory (tenant)",
        description="The id of your organisation, if the app is for it alone; else “common”.",
        pattern=r"^[A-Za-z0-9.-]+$",
        json_schema_extra=_group("Signing in", "microsoft"),
    )
    oauth_provider: str = Field(
        "",
        title="Name of the provider",
        description="How it is called on the button.",
        max_length=60,
        json_schema_extra=_group("Signing in", "other"),
    )
    oauth_authorize_url: WebAddress = Field(
        "",
        title="Authorisation address",
        description="Where people sign in and agree.",
        json_schema_extra=_group("Signing in", "other"),
    )
    oauth_token_url: WebAddress = Field(
        "",
        title="Token address",
        description="Where codes are exchanged for tokens.",
        json_schema_extra=_group("Signing in", "other"),
    )
    oauth_scope: str = Field(
        "",
        title="Scope",
        description="What to ask for, separated by spaces; mail and offline access are needed.",
        json_schema_extra=_group("Signing in", "other"),
    )
    imap_host: str = Field(
        "",
        title="IMAP server",
        description="Where mail is fetched from; empty to send only.",
        json_schema_extra=_group("Receiving", *OWN_SERVERS),
    )
    imap_port: Port = Field(
        993,
        title="IMAP port",
        description="Usually 993.",
        json_schema_extra=_group("Receiving", *OWN_SERVERS),
    )
    imap_security: Literal["tls", "none"] = Field(
        "tls",
        title="IMAP encryption",
        description="“none” sends the password in clear text: only for a server on this machine.",
        json_schema_extra=_group("Receiving", *OWN_SERVERS),
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
        json_schema_extra=_group("Receiving", "password"),
    )
    imap_folder: str = Field(
        "INBOX",
        title="Folder",
        description="The folder that is watched.",
        json_schema_extra=_group("Receiving"),
    )
    sent_folder: str = Field(
        "",
        title="Sent folder",
        description="Answers written in a mail program are found here and shown. Empty: the"
        " folder that the server marks as Sent; “-”: none is looked at.",
        json_schema_extra=_group("Receiving"),
    )
    start_with: Literal["new", "everything"] = Field(
        "new",
        title="Start with",
        description="Only mail that comes from now on, or everything that is in the folder.",
        json_schema_extra=_group("Receiving"),
    )
    forwards: Literal["agents", "anyone", "nobody"] = Field(
        "agents",
        title="Forwarded mail",
        description="Whose forwarded mail is taken as the mail of the customer in it: that of your"
        " agents, of anyone who forwards, or of nobody.",
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
        json_schema_extra=_group("Sending", *OWN_SERVERS),
    )
    smtp_port: Port = Field(
        465,
        title="SMTP port",
        description="465 for TLS, 587 for STARTTLS.",
        json_schema_extra=_group("Sending", *OWN_SERVERS),
    )
    smtp_security: Security = Field(
        "tls",
        title="SMTP encryption",
        description="“none” sends the password in clear text: only for a server on this machine.",
        json_schema_extra=_group("Sending", *OWN_SERVERS),
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
        json_schema_extra=_group("Sending", "password"),
    )

    @model_validator(mode="after")
    def has_what_the_sign_in_needs(self) -> "EmailSettings":
        needed = {
            "password": (),
            "other": ("oauth_client_id", "oauth_authorize_url", "oauth_token_url"),
        }.get(self.login, ("oauth_client_id",))
        for name in needed:
            if not getattr(self, name):
                raise PydanticCustomError("needed", _NEEDED, {"field": name})
        if self.login in SERVERS:
            self.imap_host, self.smtp_host, self.smtp_port, self.smtp_security = SERVERS[self.login]
            self.imap_port, self.imap_security = 993, "tls"
            self.trusted_host = self.trusted_host or CHECKERS[self.login]
        return self

    def own_addresses(self) -> set[str]:
        others = {address.strip().lower() for address in self.aliases.split(",")}
        return {self.email, *others} - {""}
