"""What the page can do with mail alone: send odd ones, and stop the shop's sending."""

from aiohttp import web

from inbox.errors import Conflict, NotFound
from inbox.i18n import gettext as _
from inbox.simulators import specimens
from inbox.simulators.cast import Customer, by_key
from inbox.simulators.providers import SIMULATORS, Simulators
from inbox.web.route import Handler


def routes() -> list[tuple[str, str, Handler]]:
    return [("POST", "/simulators/mails", send), ("POST", "/simulators/sending", throw)]


async def send(request: web.Request) -> web.StreamResponse:
    """One of the specimens, or a bounce of what the customer got last."""
    form = await request.post()
    customer = by_key(str(form.get("customer", "")))
    simulators, kind = request.app[SIMULATORS], str(form.get("kind", ""))
    with simulators.once(str(form.get("request_id", ""))) as is_new:
        if is_new:
            await _send(simulators, customer, kind)
    return _back(customer)


async def throw(request: web.Request) -> web.StreamResponse:
    """While it is down the shop gets mail and can send none."""
    form = await request.post()
    mailbox = request.app[SIMULATORS].mailbox
    await mailbox.set_sending(not mailbox.sends)
    return _back(by_key(str(form.get("customer", ""))))


async def _send(simulators: Simulators, customer: Customer, kind: str) -> None:
    mailbox, got = simulators.mailbox, simulators.customers.mails_of(customer.email)
    last = got[-1] if got else None
    if kind == "bounce":
        if last is None:
            raise Conflict(_("They got no mail yet that could come back."))
        await mailbox.return_to_sender(last)
    elif kind == "empty":
        await mailbox.drop_in(b"\r\n", customer.email)
    elif kind == "damaged":
        await mailbox.drop_in(specimens.damaged(customer), customer.email)
    elif kind in specimens.MAILS:
        mail = specimens.MAILS[kind](customer, last)
        answers = last.meta["message_id"] if last and kind == "out_of_office" else ""
        await mailbox.write(mail, answers, is_forged=kind == "forged")
    else:
        raise NotFound


def _back(customer: Customer) -> web.Response:
    url = f"/simulators?customer={customer.key}#email"
    return web.Response(status=303, headers={"Location": url})
