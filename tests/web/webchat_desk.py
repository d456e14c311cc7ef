"""The other side of the web chat, for its tests: understands what came, and answers."""

from typing import Any

from sqlmodel import select

from inbox.desk import deliveries
from inbox.desk.ingest import Understood, ingest
from inbox.desk.replies import Composed, reply
from inbox.envelope import RawItem, Receipt
from inbox.events import Actor
from inbox.model import Agent, Arrival, ArrivalState, Conversation, Delivery, Role
from inbox.services import Services

KEY = b"k" * 32


def take_in(services: Services, inbox: Any) -> None:
    """What the worker does with the arrivals of the web chat."""

    def work(session: Any) -> None:
        arrivals = session.exec(select(Arrival).where(Arrival.state == ArrivalState.NEW)).all()
        channel = services.channels.of(inbox)
        for arrival in arrivals:
            raw = RawItem(external_id=arrival.external_id, content=arrival.raw)
            for inbound in channel.parse(raw):
                digests = {
                    place: part.remote.removeprefix("digest:")
                    for place, part in enumerate(getattr(inbound, "files", ()))
                }
                item = Understood(inbox.id, inbound, arrival.id, digests, channel="webchat")
                ingest(session, KEY, [item])
            arrival.state = ArrivalState.DONE

    services.database.run(work)


def answer(services: Services, text: str = "Dobar dan", *, send: bool = True) -> str:
    """A reply of an agent, handed to the visitor unless `send` is off."""

    def work(session: Any) -> str:
        agent = session.exec(select(Agent)).first() or make_agent(session)
        conversation = session.exec(select(Conversation)).one()
        queued = reply(
            session, conversation, Composed(text=text),
            by=Actor.agent(agent), request_id=f"request-{text}",
        )  # fmt: skip
        if send:
            hand_over(session)
        return str(queued.id)

    return services.database.run(work)


def hand_over(session: Any) -> None:
    for delivery in session.exec(select(Delivery).where(Delivery.state == "queued")):
        delivery.epoch += 1
        receipt = Receipt(provider_id=delivery.id)
        deliveries.sent(session, delivery.id, delivery.epoch, receipt)


def make_agent(session: Any) -> Agent:
    role = Role(name="agent", permissions=["answer"])
    session.add(role)
    session.flush()
    agent = Agent(name="Ana Petrović", email="ana@example.com", role_id=role.id)
    session.add(agent)
    session.flush()
    return agent
