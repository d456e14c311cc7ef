"""The hands: what runs beside the web, driven by rows with a state."""
