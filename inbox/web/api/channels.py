"""What each channel can carry, as data: for programs that write, and fit what they say to it."""

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from inbox.channels import registry
from inbox.web.api.operation import Call, Operation
from inbox.web.route import Access


class ChannelShape(BaseModel):
    """Sizes are in characters and bytes, 0 is no limit; buttons that are none become numbers."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    label: str
    html: bool
    subject: bool
    copies: bool
    buttons: bool
    files: bool
    file_count: int
    file_limit: int
    file_limits: dict[str, int]
    text_limit: int
    window_hours: int
    templates: bool
    agent_can_start: bool
    address_kind: str


class Channels(BaseModel):
    items: list[ChannelShape]


def listed(_session: Session, _call: Call) -> object:
    names = set(ChannelShape.model_fields) - {"kind", "label"}
    return Channels(
        items=[
            ChannelShape(
                kind=name,
                label=kind.label,
                **{one: getattr(kind.capabilities, one) for one in names},
            )
            for name, kind in sorted(registry.kinds().items())
        ]
    )


OPERATIONS = [
    Operation(
        method="GET", path="/channels", access=Access.API_READ, work=listed, gives=Channels,
        summary="The kinds of channels, and what each can carry",
    ),
]  # fmt: skip
