"""The verbs on people and companies."""
