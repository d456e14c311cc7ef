"""Fixtures of the customer's side."""

from tests.web.customer_side import client, make_inbox

__all__ = ["client", "make_inbox"]
