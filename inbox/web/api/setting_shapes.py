"""What programs are given of webhooks, rules, macros, saved views and reports."""

from datetime import date, datetime
from typing import Any

from inbox.model import MessageState
from inbox.web.api.shapes import Shape


class WebhookShape(Shape):
    id: str
    url: str
    events: list[str]
    inbox_id: str | None
    enabled: bool
    failing_since: datetime | None
    disabled_reason: str
    created_at: datetime


class WebhookWithSecret(WebhookShape):
    """The secret is shown this once."""

    secret: str


class DeliveryShape(Shape):
    id: str
    event_id: str
    event_kind: str
    state: MessageState
    attempts: int
    not_before: datetime
    status_code: int | None
    response: str
    error: str
    created_at: datetime


class RuleShape(Shape):
    id: str
    name: str
    event_kind: str
    conditions: dict[str, Any]
    actions: list[dict[str, Any]]
    position: int
    enabled: bool
    stop_after: bool
    version: int
    created_at: datetime
    updated_at: datetime


class Rules(Shape):
    items: list[RuleShape]


class RuleRunShape(Shape):
    """`reasons` has a line for each condition that was tried and each action that was done."""

    id: str
    rule_id: str
    event_id: str
    conversation_id: str | None
    fired: bool
    reasons: list[dict[str, Any]]
    created_at: datetime


class MacroShape(Shape):
    id: str
    name: str
    actions: list[dict[str, Any]]
    used: int
    last_used_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class ActionResult(Shape):
    action: str
    failed: bool
    result: str


class MacroRunShape(Shape):
    """What came of each action, in order; one that failed was undone alone."""

    id: str
    macro_id: str
    results: list[ActionResult]


class ViewShape(Shape):
    id: str
    name: str
    shared: bool
    conditions: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


class ViewWithCount(ViewShape):
    """`open` counts among the newest 2000 open conversations."""

    open: int


class Views(Shape):
    items: list[ViewShape]


class ColumnShape(Shape):
    """A duration is in seconds, null where there is nothing to say."""

    name: str
    label: str
    kind: str


class ReportShape(Shape):
    slug: str
    title: str
    about: str
    columns: list[ColumnShape]


class Reports(Shape):
    items: list[ReportShape]


class ReportRows(Shape):
    """Each item has a value for every column."""

    slug: str
    title: str
    columns: list[ColumnShape]
    since: date
    until: date
    items: list[dict[str, Any]]
