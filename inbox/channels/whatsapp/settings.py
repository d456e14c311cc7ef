"""What a person fills in to connect a number at Meta."""

from pydantic import Field, SecretStr

from inbox.channels.base import ChannelSettings


class WhatsappSettings(ChannelSettings):
    phone_number_id: str = Field(
        title="Phone number ID",
        pattern=r"^[0-9A-Za-z_-]+$",
        description="Under WhatsApp, API setup, in Meta's app dashboard. It is not the number.",
    )
    access_token: SecretStr = Field(
        title="Access token",
        min_length=1,
        description="Of a system user, so that it doesn't run out.",
    )
    business_account_id: str = Field(
        "",
        title="WhatsApp business account ID",
        pattern=r"^[0-9A-Za-z_-]*$",
        description="Beside the phone number ID. With it the approved templates can be sent.",
    )
    app_secret: SecretStr = Field(
        title="App secret",
        min_length=1,
        description="Under App settings, Basic. It proves that a call is Meta's.",
    )
    verify_token: SecretStr = Field(
        title="Verify token",
        min_length=8,
        description="Any words of yours; type the same into the webhook's settings at Meta.",
    )
    api_base: str = Field(
        "https://graph.facebook.com/v24.0",
        title="API address",
        pattern="^https?://",
        description="With the version; another one only for a simulator.",
        json_schema_extra={"group": "advanced"},
    )
