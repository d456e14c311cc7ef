"""Whether the mail server that we trust has checked who sent a mail (RFC 8601)."""

import re
from collections.abc import Sequence

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^(dkim|spf|dmarc)\s*=\s*pass\b(.*)$", re.IGNORECASE | re.DOTALL)
_DOMAIN = re.compile(
    r"(?:header\.(?:d|i|from)|smtp\.(?:mailfrom|helo))\s*=\s*\"?(?:[^\s;@\"]*@)?([^\s;@\"]+)",
    re.IGNORECASE,
)


def is_proven(results: Sequence[str], trusted_host: str, sender: str) -> bool:
    """A pass counts only from `trusted_host`, and only for the domain of the sender.

    `results` are the Authentication-Results headers, the newest first: ours is the first one of its
    host, since whoever sent the mail can only have put others below it.
    """
    if not trusted_host:
        return False
    domain = sender.rpartition("@")[2].lower()
    for header in results:
        host, _, rest = _COMMENT.sub(" ", header).partition(";")
        if (
            host.split()[:1] == [trusted_host.lower()]
            or host.strip().lower() == trusted_host.lower()
        ):
            return any(_passes(result.strip(), domain) for result in rest.split(";"))
    return False


def _passes(result: str, domain: str) -> bool:
    match = _RESULT.match(result)
    if not match:
        return False
    named = [found.lower().rstrip(".") for found in _DOMAIN.findall(match.group(2))]
    return any(_aligned(found, domain) for found in named)


def _aligned(signer: str, domain: str) -> bool:
    """The same, or the one a parent of the other with at least two labels."""
    return signer == domain or (signer.count(".") >= 1 and domain.endswith("." + signer))
