"""The nouns: one table a file, and questions that need no database."""

from inbox.model.agent import Agent, Availability, Permission, Role
from inbox.model.api_token import ApiToken, RememberedAnswer
from inbox.model.arrival import Arrival, ArrivalState
from inbox.model.assignment import Assignment
from inbox.model.attachment import Attachment
from inbox.model.automation_rule import AutomationRule, RuleRun
from inbox.model.base import Record
from inbox.model.business_hours import BusinessHours, Holiday
from inbox.model.canned_response import CannedResponse
from inbox.model.channel_thread import ChannelThread
from inbox.model.company import Company
from inbox.model.contact import Contact, ContactKind
from inbox.model.continuation import Continuation
from inbox.model.conversation import Conversation, Priority, Status
from inbox.model.delivery import Delivery
from inbox.model.draft import Draft
from inbox.model.event import Event
from inbox.model.identity import Identity
from inbox.model.inbox import Health, Inbox, InboxMembership
from inbox.model.interaction import Interaction, InteractionKind
from inbox.model.lease import Lease
from inbox.model.macro import Macro
from inbox.model.mail_notice import MailNotice, NoticeKind
from inbox.model.mail_reference import MailReference
from inbox.model.mail_uid import MailUid
from inbox.model.message import Author, Direction, Message, MessagePart, MessageState
from inbox.model.message_template import MessageTemplate
from inbox.model.participant import Participant, ParticipantKind
from inbox.model.proactive_message import ProactiveMessage
from inbox.model.saved_view import SavedView
from inbox.model.search_document import SearchDocument
from inbox.model.session import Session, Throttle
from inbox.model.tag import Tag, Tagging
from inbox.model.team import Strategy, Team, TeamMembership
from inbox.model.webhook import Webhook, WebhookDelivery
from inbox.model.workspace import Counter, Workspace

__all__ = [
    "Agent",
    "ApiToken",
    "Arrival",
    "ArrivalState",
    "Assignment",
    "Attachment",
    "Author",
    "AutomationRule",
    "Availability",
    "BusinessHours",
    "CannedResponse",
    "ChannelThread",
    "Company",
    "Contact",
    "ContactKind",
    "Continuation",
    "Conversation",
    "Counter",
    "Delivery",
    "Direction",
    "Draft",
    "Event",
    "Health",
    "Holiday",
    "Identity",
    "Inbox",
    "InboxMembership",
    "Interaction",
    "InteractionKind",
    "Lease",
    "Macro",
    "MailNotice",
    "MailReference",
    "MailUid",
    "Message",
    "MessagePart",
    "MessageState",
    "MessageTemplate",
    "NoticeKind",
    "Participant",
    "ParticipantKind",
    "Permission",
    "Priority",
    "ProactiveMessage",
    "Record",
    "RememberedAnswer",
    "Role",
    "RuleRun",
    "SavedView",
    "SearchDocument",
    "Session",
    "Status",
    "Strategy",
    "Tag",
    "Tagging",
    "Team",
    "TeamMembership",
    "Throttle",
    "Webhook",
    "WebhookDelivery",
    "Workspace",
]
