"""Channels: pure translation between a provider and envelopes; they know no database."""
