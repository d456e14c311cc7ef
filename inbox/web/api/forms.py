"""A form's texts and fields, read and replaced whole."""

from sqlmodel import Session

from inbox.channels.form import FormChannel, FormSettings
from inbox.desk import inboxes
from inbox.errors import NotFound
from inbox.model import Inbox
from inbox.web.api.operation import Call, Operation
from inbox.web.route import Access


def read(session: Session, call: Call) -> object:
    return _form(session, call).settings


def replace(session: Session, call: Call) -> object:
    inbox, vault = _form(session, call), call.services.vault
    return inboxes.set_settings(session, inbox.id, call.body, "", vault=vault, by=call.by).settings


def _form(session: Session, call: Call) -> Inbox:
    inbox = session.get(Inbox, call.path["id"])
    if inbox is None or inbox.kind != FormChannel.name or not call.bearer.sees(inbox.id):
        raise NotFound("There is no such form.")
    return inbox


OPERATIONS = [
    Operation(
        method="GET", path="/inboxes/{id}/form", access=Access.API_READ, summary="A form",
        work=read, gives=FormSettings,
    ),
    Operation(
        method="PUT", path="/inboxes/{id}/form", access=Access.API_ADMIN, summary="Build a form",
        work=replace, body=FormSettings, gives=FormSettings,
    ),
]  # fmt: skip
