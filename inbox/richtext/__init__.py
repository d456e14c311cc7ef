"""Text and HTML of messages: cleaned, turned into each other, and the newly written part found."""

from inbox.richtext.cleaning import sanitize
from inbox.richtext.links import to_html
from inbox.richtext.plain import to_text
from inbox.richtext.quotes import split_quoted, split_quoted_html
from inbox.richtext.subjects import base_subject

__all__ = [
    "base_subject",
    "sanitize",
    "split_quoted",
    "split_quoted_html",
    "to_html",
    "to_text",
]
