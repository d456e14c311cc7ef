"""The verbs on conversations: they change rows and record an event, and never commit or send."""
