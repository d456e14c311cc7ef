"""The page on which one plays the customer; made of forms, so that it works without scripts too."""

from email.utils import formataddr
from urllib.parse import quote

from aiohttp import web

from inbox import ids
from inbox.envelope import FilePart
from inbox.errors import Invalid, NotFound
from inbox.i18n import gettext as _
from inbox.simulators import mail_page
from inbox.simulators.cast import CAST, Customer, by_key
from inbox.simulators.faults import STANDING
from inbox.simulators.ledger import Entry
from inbox.simulators.panels import PICTURES, panels_of
from inbox.simulators.providers import SIMULATORS, Simulators
from inbox.web.middlewares import CONTENT_SECURITY_POLICY
from inbox.web.render import render
from inbox.web.route import Handler

POLL_SECONDS = 25
FAULTS = ("outage", "wrong_signature")


def routes() -> list[tuple[str, str, Handler]]:
    return [
        ("GET", "/simulators", index),
        ("GET", "/simulators/threads", threads),
        ("POST", "/simulators/messages", write),
        ("POST", "/simulators/presses", press),
        ("POST", "/simulators/reactions", react),
        ("POST", "/simulators/edits", edit),
        ("POST", "/simulators/faults", throw),
        *mail_page.routes(),
        ("GET", "/simulators/files/{file}", download),
        ("GET", "/simulators/shop", shop),
    ]


async def index(request: web.Request) -> web.StreamResponse:
    simulators = request.app[SIMULATORS]
    customer = by_key(request.query.get("customer", ""))
    return render(
        request,
        "simulators/index.html",
        cast=CAST,
        customer=customer,
        panels=panels_of(simulators, customer),
        version=simulators.ledger.version,
        new_id=ids.new,
        has_chat=bool(simulators.hooks.inbox_id("webchat")),
        form_slug=simulators.hooks.slug("form"),
    )


async def threads(request: web.Request) -> web.StreamResponse:
    """The conversations as they are now, once they are other than in version `after`."""
    simulators = request.app[SIMULATORS]
    customer = by_key(request.query.get("customer", ""))
    after = int(request.query.get("after", -1))
    version = await simulators.ledger.wait(after, POLL_SECONDS)
    if version == after:
        return web.Response(status=204)
    response = render(
        request,
        "simulators/_threads.html",
        customer=customer,
        panels=panels_of(simulators, customer),
    )
    response.headers["X-Version"] = str(version)
    return response


async def write(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    customer = by_key(str(form.get("customer", "")))
    text = str(form.get("text", "")).replace("\r\n", "\n").strip()
    files = [
        FilePart(name=field.filename, content_type=field.content_type, content=field.file.read())
        for field in form.getall("file", [])
        if isinstance(field, web.FileField) and field.filename
    ]
    if not text and not files:
        raise Invalid(fields={"text": _("Write something or add a file.")})
    simulators = request.app[SIMULATORS]
    channel = str(form.get("channel", ""))
    with simulators.once(str(form.get("request_id", ""))) as is_new:
        if is_new and channel == "email":
            await _write_mail(simulators, customer, str(form.get("subject", "")), (text, files))
        elif is_new and channel == "sms":
            await simulators.customers.send_sms(customer.phone, text, files)
        elif is_new and channel == "whatsapp":
            await simulators.customers.send_whatsapp(customer.phone, text, files)
        elif is_new:
            simulators.customers.telegram_write(customer.telegram, text, files)
    return _back(customer, channel)


async def press(request: web.Request) -> web.StreamResponse:
    form = await request.post()
    entry = request.app[SIMULATORS].ledger.get(str(form.get("entry", "")))
    if not entry or entry.channel != "telegram":
        raise NotFound
    request.app[SIMULATORS].customers.telegram_press(entry, str(form.get("data", "")))
    return _back(by_key(str(form.get("customer", ""))), "telegram")


async def react(request: web.Request) -> web.StreamResponse:
    """The customer reacts to a message; the same emoji again takes it back."""
    form, customers = await request.post(), request.app[SIMULATORS].customers
    entry = request.app[SIMULATORS].ledger.get(str(form.get("entry", "")))
    if not entry or entry.channel != "telegram":
        raise NotFound
    customers.telegram_react(entry, str(form.get("emoji", "")))
    return _back(by_key(str(form.get("customer", ""))), "telegram")


async def edit(request: web.Request) -> web.StreamResponse:
    """The customer changes the last message they wrote."""
    form, simulators = await request.post(), request.app[SIMULATORS]
    customer = by_key(str(form.get("customer", "")))
    written = [
        entry
        for entry in simulators.ledger.of("telegram", str(customer.telegram))
        if not entry.outgoing
    ]
    text = str(form.get("text", "")).strip()
    if not written or not text:
        raise Invalid(fields={"text": _("Write something first.")})
    simulators.customers.telegram_edit(written[-1], text)
    return _back(customer, "telegram")


async def throw(request: web.Request) -> web.StreamResponse:
    """Throw one of a provider's switches: on if it is off, and off if it is on."""
    form = await request.post()
    simulators = request.app[SIMULATORS]
    channel, fault = str(form.get("channel", "")), str(form.get("fault", ""))
    if fault not in (*FAULTS, *STANDING):
        raise NotFound
    faults = simulators.faults(channel)
    if fault in STANDING:
        faults.standing = "" if faults.standing == fault else fault
        simulators.ledger.tell()
    elif fault == "outage":
        await simulators.set_outage(channel, on=not faults.outage)
    else:
        faults.wrong_signature = not faults.wrong_signature
        simulators.ledger.tell()
    return _back(by_key(str(form.get("customer", ""))), channel)


async def download(request: web.Request) -> web.StreamResponse:
    found = request.app[SIMULATORS].ledger.file(request.match_info["file"])
    if not found:
        raise NotFound
    kept, content = found
    if kept.content_type in PICTURES:
        return web.Response(body=content, content_type=kept.content_type)
    response = web.Response(body=content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(kept.name, safe='')}"
    )
    return response


async def shop(request: web.Request) -> web.StreamResponse:
    """A pretend page of the shop with the real snippet in it; the only page we frame ourselves."""
    response = render(
        request,
        "simulators/shop.html",
        inbox_id=request.app[SIMULATORS].hooks.inbox_id("webchat"),
        form_slug=request.app[SIMULATORS].hooks.slug("form"),
    )
    policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    return response


async def _write_mail(
    simulators: Simulators, customer: Customer, subject: str, content: tuple[str, list[FilePart]]
) -> None:
    """Without a subject it answers the last mail they got, quoting it as mail programs do."""
    text, files = content
    sender = formataddr((customer.name, customer.email))
    got = simulators.customers.mails_of(customer.email)
    answered = got[-1] if got and not subject else None
    if answered:
        bare = answered.subject.removeprefix("Re: ")
        subject, text = f"Re: {bare}", f"{text}\n\n{_quotation(answered)}"
    in_reply_to = answered.meta["message_id"] if answered else ""
    await simulators.customers.send_mail(sender, subject, text, in_reply_to, files)


def _quotation(entry: Entry) -> str:
    lines = "\n".join(f"> {line}" for line in entry.text.splitlines())
    return f"On {entry.at[:16].replace('T', ' ')}, {entry.meta['from']} wrote:\n{lines}"


def _back(customer: Customer, channel: str) -> web.Response:
    url = f"/simulators?customer={customer.key}#{channel}"
    return web.Response(status=303, headers={"Location": url})
