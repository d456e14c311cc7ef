"""Fixtures of the customer's side."""

from tests.web.customer_side import client, inbox, make_inbox, token

__all__ = ["client", "inbox", "make_inbox", "token"]
