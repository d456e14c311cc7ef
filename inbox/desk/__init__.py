"""The work on conversations, as verbs."""
