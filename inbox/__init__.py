"""Inbox: an omnichannel collaborative CRM inbox."""

__version__ = "0.1.0"
