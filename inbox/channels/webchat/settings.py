"""The settings of a web chat: its look, what it asks, and how it goes on by mail."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic.config import JsonDict

from inbox.channels.base import ChannelSettings
from inbox.i18n import N_, Phrase

__all__ = ["ASKED", "LANGUAGES", "WebchatSettings"]

SECRET_LENGTH = 32
LANGUAGES = {"en": "English", "sr-Cyrl": "Српски", "sr-Latn": "Srpski", "de": "Deutsch"}
ASKED = ("name", "email", "phone", "company", "city")
MOST_QUESTIONS = 5
QUESTION_LENGTH = 80

Use = Literal["off", "optional", "required"]
LONG: JsonDict = {"kind": "textarea"}
GROUPS = (N_("Before the chat"), N_("When nobody is there"), N_("Your site"))
ASKING: JsonDict = {"group": "before the chat"}
ABSENT: JsonDict = {"group": "when nobody is there"}
SITE: JsonDict = {"group": "your site"}


class WebchatSettings(ChannelSettings):
    title: str = Field("Chat with us", title="Title", max_length=80)
    welcome: str = Field(
        "Hello! How can we help?", title="Welcome text", max_length=500, json_schema_extra=LONG
    )
    hue: int = Field(
        220, ge=0, le=360, title="Hue", description="Colour of the widget: 0 red, 120 green."
    )
    position: Literal["end", "start"] = Field(
        "end", title="Corner", description="Where lines end (right in English) or start."
    )
    languages: list[str] = Field(
        default_factory=list,
        title="Languages to choose from",
        description="With two or more, visitors can switch. None: the visitor's own.",
    )
    ask_name: Use = Field("off", title="Name", json_schema_extra=ASKING)
    ask_email: Use = Field(
        "off",
        title="E-mail",
        description="By it an answer reaches who has left.",
        json_schema_extra=ASKING,
    )
    ask_phone: Use = Field("off", title="Phone", json_schema_extra=ASKING)
    ask_company: Use = Field("off", title="Company", json_schema_extra=ASKING)
    ask_city: Use = Field("off", title="City", json_schema_extra=ASKING)
    questions: list[str] = Field(
        default_factory=list,
        title="Questions of your own",
        description="One a line, like “Order number”; with a star at its end it must be answered."
        " The answers are kept on the contact.",
        json_schema_extra=ASKING,
    )
    consent: str = Field(
        "",
        title="Consent text",
        max_length=1000,
        description="Shown before the first message.",
        json_schema_extra={**ASKING, **LONG},
    )
    reply_time: str = Field(
        "",
        title="Reply time",
        max_length=120,
        description="Shown below the title, like: We answer within an hour. Empty: as measured.",
        json_schema_extra=ABSENT,
    )
    mail_inbox: str = Field(
        "",
        title="Goes on by e-mail from",
        description="An answer that was not read in the chat is mailed from there.",
        json_schema_extra=ABSENT,
    )
    mail_after_minutes: int = Field(
        10,
        ge=1,
        le=1440,
        title="Minutes until an unread answer is mailed",
        json_schema_extra=ABSENT,
    )
    transcripts: bool = Field(
        True, title="Visitors may have the conversation mailed", json_schema_extra=ABSENT
    )
    voice: bool = Field(True, title="Voice notes", json_schema_extra=SITE)
    watch_visitors: bool = Field(
        False,
        title="Show who is on the site",
        description="Your agents see each visitor's page. Say so in your privacy notice.",
        json_schema_extra=SITE,
    )
    most_proactive: int = Field(
        1,
        ge=0,
        le=20,
        title="Proactive messages a day for each visitor",
        json_schema_extra=SITE,
    )
    allowed_domains: str = Field(
        "",
        title="Allowed domains",
        description="Comma separated, like example.com, *.example.org. Empty: any site.",
        json_schema_extra=SITE,
    )
    identity_secret: SecretStr = Field(
        SecretStr(""),
        title="Identity secret",
        description="Your site signs with it who its visitor is. 32 characters or more.",
        json_schema_extra=SITE,
    )
    identity_secret_before: SecretStr = Field(
        SecretStr(""),
        title="Identity secret before",
        description="Still valid after a change, until your site has the new one.",
        json_schema_extra=SITE,
    )

    @field_validator("identity_secret", "identity_secret_before")
    @classmethod
    def secrets_are_long(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < SECRET_LENGTH:
            raise ValueError(
                Phrase(
                    "Use %(least)d characters or more, so that nobody guesses it.",
                    least=SECRET_LENGTH,
                )
            )
        return secret

    @field_validator("questions")
    @classmethod
    def questions_are_few(cls, questions: list[str]) -> list[str]:
        if len(questions) > MOST_QUESTIONS:
            raise ValueError(Phrase("Ask at most %(most)d questions.", most=MOST_QUESTIONS))
        if any(len(question) > QUESTION_LENGTH for question in questions):
            raise ValueError(
                Phrase("A question may have %(most)d characters at most.", most=QUESTION_LENGTH)
            )
        if len({question.rstrip(" *") for question in questions}) < len(questions):
            raise ValueError("Two questions are the same.")
        return questions

    @field_validator("languages")
    @classmethod
    def languages_are_known(cls, languages: list[str]) -> list[str]:
        unknown = [language for language in languages if language not in LANGUAGES]
        if unknown:
            raise ValueError(Phrase("The chat does not speak %(languages)s.", languages=unknown))
        return languages

    def domains(self) -> tuple[str, ...]:
        parts = (part.strip().lower() for part in self.allowed_domains.split(","))
        return tuple(part for part in parts if part)

    def secrets(self) -> tuple[str, ...]:
        """Those that a site may sign with, the newest first."""
        kept = (self.identity_secret, self.identity_secret_before)
        return tuple(text for secret in kept if (text := secret.get_secret_value()))

    def asks(self) -> list[tuple[str, bool]]:
        """What is asked before the first message, and whether it must be answered."""
        uses = ((name, getattr(self, f"ask_{name}")) for name in ASKED)
        return [(name, use == "required") for name, use in uses if use != "off"]

    def own_questions(self) -> list[tuple[str, bool]]:
        """The label, without its star, and whether it must be answered."""
        return [(q.rstrip(" *"), q.rstrip().endswith("*")) for q in self.questions]
