"""The customers' side of every channel, for the page and for tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from inbox.envelope import FilePart
from inbox.simulators.ledger import Entry, Ledger
from inbox.simulators.mailbox import Mailbox
from inbox.simulators.telegram import Telegram
from inbox.simulators.twilio import WHATSAPP, Twilio


@dataclass(frozen=True, slots=True)
class Customers:
    """Writes as anybody, and shows what anybody got; the answers are in `ledger` too."""

    ledger: Ledger
    mailbox: Mailbox
    twilio: Twilio
    telegram: Telegram

    async def send_mail(
        self,
        sender: str,
        subject: str,
        text: str,
        in_reply_to: str = "",
        attachments: Sequence[FilePart] = (),
    ) -> Entry:
        """`sender` may carry a name; `in_reply_to` is the Message-ID of a mail they got."""
        mail = EmailMessage()
        mail["From"] = sender
        mail["Subject"] = subject
        mail.set_content(text)
        return await self.mailbox.write(mail, in_reply_to, attachments)

    def mails_of(self, address: str) -> list[Entry]:
        """What the shop sent to this address, oldest first."""
        return self.ledger.received("email", address.lower())

    async def send_sms(self, number: str, text: str, files: Sequence[FilePart] = ()) -> Entry:
        kept = tuple(
            self.ledger.keep_file(file.name, file.content_type, file.content or b"")
            for file in files
        )
        return await self.twilio.write(number, text, kept)

    async def send_whatsapp(self, number: str, text: str, files: Sequence[FilePart] = ()) -> Entry:
        return await self.send_sms(f"{WHATSAPP}{number}", text, files)

    def whatsapp_of(self, number: str) -> list[Entry]:
        return self.sms_of(f"{WHATSAPP}{number}")

    def sms_of(self, number: str) -> list[Entry]:
        """What the shop sent to this number, oldest first."""
        return self.ledger.received("sms", number)

    def telegram_write(self, chat: int | str, text: str, files: Sequence[FilePart] = ()) -> Entry:
        if len(files) > 1:
            return self.telegram_album(chat, text, files)[0]
        return self.telegram.write(str(chat), text, files)

    def telegram_edit(self, entry: Entry, text: str) -> None:
        self.telegram.edit(entry, text)

    def telegram_album(self, chat: int | str, text: str, files: Sequence[FilePart]) -> list[Entry]:
        """Pictures that belong together, each an update of its own."""
        return self.telegram.album(str(chat), text, files)

    def telegram_react(self, entry: Entry, emoji: str) -> None:
        self.telegram.react(entry, emoji)

    def telegram_press(self, entry: Entry, data: str) -> None:
        """Press a button under a message of the bot."""
        self.telegram.press(entry, data)

    def telegram_of(self, chat: int | str) -> list[Entry]:
        """What the bot sent to this chat, oldest first."""
        return self.ledger.received("telegram", str(chat))
