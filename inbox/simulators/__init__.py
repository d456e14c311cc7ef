"""Providers of every channel on loopback, and a page to play the customer on each."""
