"""The reports there are; docs/reports.md has a line for each."""

from inbox.errors import NotFound
from inbox.i18n import Phrase
from inbox.reports.agents import Agents
from inbox.reports.base import Report
from inbox.reports.channels import Channels
from inbox.reports.first_response import FirstResponse
from inbox.reports.interactions import Interactions
from inbox.reports.resolution import Resolution
from inbox.reports.volume import Volume

REPORTS: tuple[Report, ...] = (
    Volume(), FirstResponse(), Resolution(), Agents(), Channels(), Interactions(),
)  # fmt: skip


def get(slug: str) -> Report:
    found = next((report for report in REPORTS if report.slug == slug), None)
    if found is None:
        slugs = ", ".join(report.slug for report in REPORTS)
        raise NotFound(Phrase("There is no such report. There are: %(names)s.", names=slugs))
    return found
