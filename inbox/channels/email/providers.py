"""Where people sign in to their mailbox, and what we ask for there (RFC 6749, RFC 7636)."""

from dataclasses import dataclass, field

from inbox.channels.email.settings import EmailSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`asks` is what the provider wants beside the standard's parameters."""

    name: str
    authorize_url: str
    token_url: str
    scope: str
    asks: dict[str, str] = field(default_factory=dict)


def provider_of(settings: EmailSettings) -> Provider | None:
    """None where the mailbox is opened with a password."""
    if settings.login == "google":
        return _GOOGLE
    if settings.login == "microsoft":
        base = f"https://login.microsoftonline.com/{settings.oauth_tenant}/oauth2/v2.0"
        return Provider(
            name="Microsoft",
            authorize_url=f"{base}/authorize",
            token_url=f"{base}/token",
            scope=_MICROSOFT_SCOPE,
        )
    if settings.login == "other":
        return Provider(
            name=settings.oauth_provider or settings.imap_host or settings.smtp_host,
            authorize_url=settings.oauth_authorize_url,
            token_url=settings.oauth_token_url,
            scope=settings.oauth_scope,
        )
    return None


# https://developers.google.com/identity/protocols/oauth2/web-server: without these two there is
# no refresh token
_GOOGLE = Provider(
    name="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106  an address
    scope="https://mail.google.com/",
    asks={"access_type": "offline", "prompt": "consent"},
)
# https://learn.microsoft.com/en-us/exchange/client-developer/legacy-protocols/
# how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
_MICROSOFT_SCOPE = (
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send"
    " offline_access"
)
