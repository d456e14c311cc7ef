"""Fills a template: a fixed list of variables, replaced once, and nothing else is understood.

A template may reach a stranger who only claims to be our contact, so a value that carries a link
is left out: nobody shall send advertising through our greeting under a name of his choice.
"""

import re
from collections.abc import Callable

from inbox.routing.facts import Subject

MAX_VALUE = 100
_VARIABLE = re.compile(r"\{\{ *([a-z_.]{1,60}) *\}\}")
_LINK = re.compile(r"://|www\.|\w\.\w{2,}/", re.IGNORECASE)

VARIABLES: dict[str, Callable[[Subject], str]] = {
    "contact.name": lambda subject: subject.contact.name,
    "contact.first_name": lambda subject: (subject.contact.name.split() or [""])[0],
    "company.name": lambda subject: subject.company.name if subject.company else "",
    "conversation.number": lambda subject: str(subject.conversation.number),
    "conversation.subject": lambda subject: subject.conversation.subject,
    "inbox.name": lambda subject: subject.inbox.name,
    "inbox.address": lambda subject: subject.inbox.address,
}


# of whoever inserts the text, so not in what is sent by itself
OF_THE_AGENT: dict[str, Callable[[str], str]] = {
    "agent.name": lambda name: name,
    "agent.first_name": lambda name: (name.split() or [""])[0],
}


def fill(template: str, subject: Subject, agent_name: str = "") -> str:
    """An unknown variable stays as it is written; a value is never searched for variables."""

    def value(found: re.Match[str]) -> str:
        if agent_name and found[1] in OF_THE_AGENT:
            return _harmless(OF_THE_AGENT[found[1]](agent_name))
        read = VARIABLES.get(found[1])
        return found[0] if read is None else _harmless(read(subject))

    return _VARIABLE.sub(value, template)


def unknown(template: str, *, by_hand: bool = False) -> list[str]:
    """The variables of a template that do not exist, to tell who writes it."""
    known = {*VARIABLES, *OF_THE_AGENT} if by_hand else set(VARIABLES)
    return sorted(set(_VARIABLE.findall(template)) - known)


def _harmless(value: str) -> str:
    line = " ".join(value.split())
    return "" if _LINK.search(line) else line[:MAX_VALUE]
