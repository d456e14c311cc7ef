"""The icon of each channel kind."""

ICONS = {
    "email": "mail", "sms": "message-square", "telegram": "send", "webchat": "message-circle",
    "form": "file-text", "api": "plug", "console": "terminal", "whatsapp": "phone",
}  # fmt: skip
