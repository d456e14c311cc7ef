"""What somebody newly wrote, apart from the quote and the signature."""

from inbox.richtext.quotes.markup import split_quoted_html
from inbox.richtext.quotes.text import split_quoted

__all__ = ["split_quoted", "split_quoted_html"]
