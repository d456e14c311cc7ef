"""The subject without what mail programs and lists put before it."""

import re

_PREFIX = re.compile(
    r"\s*(?:(?:re|fwd?|aw|wg|antw|antwort|sv|vs|vb|vl|tr|rv|r|i|odp|pd|enc|res|rif|ref|ynt|ilt|"
    r"fs|vá|továbbítás|bls|trs|sl|doorst|vast|回复|回覆|答复|转发|轉寄|返信|转发|답장|전달|"
    r"отг|одг|отв|на|пр|од|прослеђено|ha|be|yn|πρθ|απ|σχετ|השב|הועבר)"
    r"\s*(?:\[\d+\]|\(\d+\)|\^\d+|\*\d+|\d+)?\s*[:：])\s*",  # noqa: RUF001  full-width colon
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*\[[^\[\]]{1,40}\]\s*")
_SUFFIX = re.compile(r"\s*\((?:fwd|was:.*)\)\s*$", re.IGNORECASE)
_FORWARD = re.compile(r"^\s*\[fwd:\s*(.*)\]\s*$", re.IGNORECASE)


def base_subject(subject: str) -> str:
    """Without Re:, Fwd: and their like in many languages, and list tags (RFC 5256, wider)."""
    current = re.sub(r"\s+", " ", subject).strip()
    while True:
        shorter = _shorter(current)
        if shorter == current:
            return current
        current = shorter


def _shorter(subject: str) -> str:
    subject = _SUFFIX.sub("", subject)
    wrapped = _FORWARD.match(subject)
    if wrapped:
        return wrapped.group(1).strip()
    subject = _PREFIX.sub("", subject, count=1) if _PREFIX.match(subject) else subject
    tag = _TAG.match(subject)
    rest = subject[tag.end() :] if tag else ""
    return (rest or subject).strip()
