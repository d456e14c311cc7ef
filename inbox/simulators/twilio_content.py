"""The templates that the simulated Twilio has, as its Content API describes them."""

import json
import re
from typing import Any

TEMPLATES: list[dict[str, Any]] = [
    {
        "sid": "HX" + "51" * 16,
        "friendly_name": "parcel_update",
        "language": "en",
        "variables": {"1": "Emma", "2": "Friday"},
        "types": {"twilio/text": {"body": "Hello {{1}}, your parcel comes on {{2}}."}},
        "approval_requests": {"status": "approved", "category": "UTILITY", "name": "parcel_update"},
    },
    {
        "sid": "HX" + "52" * 16,
        "friendly_name": "may_we_write",
        "language": "en",
        "variables": {"1": "Emma"},
        "types": {
            "twilio/quick-reply": {
                "body": "Hello {{1}}, may we go on with your question?",
                "actions": [{"title": "Yes", "id": "yes"}, {"title": "No", "id": "no"}],
            }
        },
        "approval_requests": {
            "status": "approved",
            "category": "MARKETING",
            "name": "may_we_write",
        },
    },
    {
        "sid": "HX" + "53" * 16,
        "friendly_name": "summer_sale",
        "language": "en",
        "variables": {},
        "types": {"twilio/text": {"body": "Everything for half."}},
        "approval_requests": {"status": "pending", "category": "MARKETING", "name": "summer_sale"},
    },
]


def filled(sid: str, variables: str) -> str:
    """The text as the customer gets it; empty for a template that there is not."""
    found = next((one for one in TEMPLATES if one["sid"] == sid), None)
    if found is None:
        return ""
    values = json.loads(variables or "{}")
    body = next(iter(found["types"].values()))["body"]
    return re.sub(r"\{\{(\w+)\}\}", lambda gap: str(values.get(gap[1], gap[0])), body)
