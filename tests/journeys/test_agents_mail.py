"""What agents do in their own mail program, through real servers: Postfix, Dovecot, and back."""

from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from inbox import seed
from inbox.channels.email import imap
from inbox.channels.email.settings import EmailSettings
from inbox.desk import agents
from inbox.events import SYSTEM
from inbox.model import Agent, Direction, Message, MessageState
from tests.journeys import product as whole
from tests.journeys.product import Product
from tests.journeys.test_mail_servers import connect, mail, read
from tests.servers.mail import MailServers, running_mail_servers

pytestmark = pytest.mark.servers

SENT = "Gesendete Objekte ü"


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with running_mail_servers() as running:
        yield running


@pytest.fixture
async def product(
    servers: MailServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Product]:
    monkeypatch.setattr(imap, "WAIT_WITH_SENT_SECONDS", 0.5)
    async with whole.running(tmp_path, private_hosts=servers.private_hosts) as running:
        yield running


@pytest.fixture
async def people(servers: MailServers, product: Product) -> tuple[str, str, str]:
    """The shop, its customer Emma, and Ana who wants to know of everything; each has a mailbox."""
    shop, emma, ana = (servers.add_user(name) for name in ("help", "emma", "ana"))
    servers.create_folder(shop, SENT)
    servers.reload_smtp()
    await connect(product, EmailSettings(**servers.settings(shop, start_with="everything")))

    def wish(session: Session) -> None:
        agent = agents.by_email(session, seed.OWNER_EMAIL)
        assert agent
        wishes = ("mail_when_assigned", "mail_when_answered", "mail_when_unassigned")
        changes = {"email": ana, **dict.fromkeys(wishes, True)}
        agents.update(session, agent.id, changes, by=SYSTEM)

    await product.services.database.write(wish)
    return shop, emma, ana


async def messages(product: Product, text: str) -> list[Message]:
    query = select(Message).where(col(Message.text).contains(text)).order_by(col(Message.id))
    return await product.services.database.read(lambda s: list(s.exec(query)))


async def wait(product: Product, text: str, count: int = 1) -> list[Message]:
    for _ in range(200):
        found = await messages(product, text)
        if len(found) >= count:
            return found
        await whole.asyncio.sleep(0.1)
    raise AssertionError(f"not {count} messages with {text!r}")


async def in_thread(function, *arguments):
    """The servers are asked from beside the loop on which the product runs."""
    return await whole.asyncio.to_thread(function, *arguments)


async def test_an_agent_answers_a_notice_by_mail_and_the_customer_gets_it(
    servers: MailServers, product: Product, people: tuple[str, str, str]
) -> None:
    shop, emma, ana = people
    asked = mail(emma, shop, "Invoice", "Please send the invoice again.")
    await in_thread(servers.deliver, emma, shop, asked.as_bytes())

    notice = read((await in_thread(servers.wait_for_mail, ana))[0])
    assert notice["Auto-Submitted"] == "auto-generated"
    assert "Please send the invoice again." in notice.get_content()
    answer = EmailMessage()
    answer["From"], answer["To"], answer["Subject"] = ana, notice["Reply-To"], "Re: Invoice"
    answer["In-Reply-To"], answer["Message-ID"] = notice["Message-ID"], "<answer@shop.test>"
    answer["Date"] = "Mon, 2 Nov 2026 10:00:00 +0000"
    quoted = "".join(f"> {line}\n" for line in notice.get_content().splitlines())
    answer.set_content(f"It is on its way.\n\nOn Monday, Inbox wrote:\n{quoted}\n-- \nAna\n")
    await in_thread(servers.deliver, ana, shop, answer.as_bytes())

    (got,) = [read(one) for one in await in_thread(servers.wait_for_mail, emma)]
    text = got.get_content()
    assert "It is on its way." in text
    assert "##-" not in text
    assert "invoice again" not in text
    (message,) = await wait(product, "It is on its way.")
    agent = await product.services.database.read(lambda s: s.get_one(Agent, message.author_id))
    assert (agent.email, message.via) == (ana, "e-mail")


async def test_an_answer_from_a_mail_program_shows_once_and_our_own_copies_do_not(
    servers: MailServers, product: Product, people: tuple[str, str, str]
) -> None:
    shop, emma, ana = people
    asked = mail(emma, shop, "Invoice", "Please send the invoice again.")
    await in_thread(servers.deliver, emma, shop, asked.as_bytes())
    (question,) = await wait(product, "Please send the invoice again.")
    (notice, *_) = await in_thread(servers.wait_for_mail, ana)
    written = mail(shop, emma, "Re: Invoice", "Sent from my mail program")
    written["In-Reply-To"], written["Date"] = asked["Message-ID"], "Mon, 2 Nov 2026 10:00:00 +0000"
    await in_thread(lambda: servers.append(shop, written.as_bytes(), notice, folder=SENT))

    (message,) = await wait(product, "Sent from my mail program")
    await wait(product, "Please send the invoice again.")
    assert message.conversation_id == question.conversation_id
    assert (message.direction, message.state) == (Direction.OUTGOING, MessageState.SENT)
    assert await in_thread(servers.mailbox, emma) == []
    assert len(await messages(product, "invoice")) == 1
