"""Whether the mail server that we trust has checked who sent a mail, and what it found (RFC 8601).

Only the topmost header of the trusted server counts: whoever sent the mail can have put others
below it, in any server's name. A pass counts only for the domain of From (RFC 7489 alignment).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

METHODS = ("dmarc", "dkim", "spf")
RESULT_LIMIT = 12
DOMAIN_LIMIT = 253
# Exchange Online writes its header without the name of a server
NAMELESS = "microsoft"

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[()]|[^"\\()]+', re.DOTALL)
_STATEMENT = re.compile(r"^\s*(\w+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(
    r"\b(header|smtp|policy)\s*\.\s*([\w-]+)\s*=\s*((?:\"[^\"]*\")?[^\s;]*)", re.IGNORECASE
)
# by which property a method names the domain that it stands for, the best first
_NAMED_BY = {
    "dmarc": ("header.from",),
    "dkim": ("header.d", "header.i"),
    "spf": ("smtp.mailfrom", "smtp.helo"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One statement of the server: a method, its result, and the domain that it is about."""

    method: str
    result: str
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How sure it is who sent a mail, and why.

    `why` is one of:

    - dmarc, dkim, spf: by this the sender is proven,
    - failed: the server says that the domain's owner did not send it (DMARC),
    - other_domain: what passed stands for another domain,
    - nothing_passed: there are results, and none is a pass,
    - no_results: the trusted server says nothing,
    - nobody_trusted: the inbox names no server to trust,
    - other_sender: answers are asked for at another address than the mail came from.
    """

    why: str
    host: str = ""
    checks: tuple[Check, ...] = ()

    @property
    def is_proven(self) -> bool:
        return self.why in METHODS

    def stored(self) -> Mapping[str, Any]:
        """For JSON."""
        checks = [[one.method, one.result, one.domain] for one in self.checks]
        return {"why": self.why, "host": self.host, "checks": checks}


def judge(headers: Sequence[str], trusted_host: str, sender: str) -> Verdict:
    """`headers` are the Authentication-Results, the newest first; `sender` is the From address."""
    trusted = trusted_host.strip().lower()
    if not trusted:
        return Verdict(why="nobody_trusted")
    for header in headers:
        host, statements = _taken_apart(header)
        if host == trusted or (trusted == NAMELESS and not host):
            checks = _checks(statements)
            return Verdict(why=_why(checks, _domain(sender)), host=host or trusted, checks=checks)
    return Verdict(why="no_results", host=trusted)


def _why(checks: Sequence[Check], domain: str) -> str:
    if any(one.method == "dmarc" and one.result == "fail" for one in checks):
        return "failed"
    passed = [one for one in checks if one.result == "pass" and one.domain]
    aligned = {one.method for one in passed if _is_aligned(one.domain, domain)}
    proof = next((method for method in METHODS if method in aligned), "")
    if proof:
        return proof
    if passed:
        return "other_domain"
    return "nothing_passed" if checks else "no_results"


def _taken_apart(header: str) -> tuple[str, list[str]]:
    """The server's name and its statements, without comments."""
    first, *rest = _split(header)
    if _STATEMENT.match(first):
        return "", [first, *rest]
    return next(iter(first.split()), "").lower().rstrip("."), rest


def _split(header: str) -> list[str]:
    """At semicolons that stand in no quotes and in no comment, which may hold comments."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(header):
        if piece == "(":
            depth += 1
            parts[-1] += " "
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif piece.startswith('"'):
            parts[-1] += piece
        else:
            first, *rest = piece.split(";")
            parts[-1] += first
            parts += rest
    return parts


def _checks(statements: Sequence[str]) -> tuple[Check, ...]:
    found = []
    for statement in statements:
        named = _STATEMENT.match(statement)
        method = named.group(1).lower() if named else ""
        if named and method in METHODS:
            domain = _stands_for(method, statement)
            found.append(Check(method=method, result=named.group(2).lower(), domain=domain))
    return tuple(found[:RESULT_LIMIT])


def _stands_for(method: str, statement: str) -> str:
    given = {f"{kind}.{name}".lower(): value for kind, name, value in _PROPERTY.findall(statement)}
    return next((_domain(given[name]) for name in _NAMED_BY[method] if given.get(name)), "")


def _domain(value: str) -> str:
    """Of an address or a domain."""
    return value.strip('"<> ').rpartition("@")[2].lower().rstrip(".")[:DOMAIN_LIMIT]


def _is_aligned(named: str, domain: str) -> bool:
    """The same, or the one a parent of the other with at least two labels."""
    return named == domain or (named.count(".") >= 1 and domain.endswith("." + named))
