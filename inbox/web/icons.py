"""The icon of each channel kind."""

ICONS = {
    "email": "mail", "sms": "message-square", "telegram": "send", "webchat": "message-circle",
    "call": "phone-call", "meeting": "users", "letter": "mail-open", "talk": "message-square-text",
    "form": "file-text", "api": "plug", "console": "terminal", "whatsapp": "phone",
}  # fmt: skip
