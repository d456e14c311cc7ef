"""Where the collected mails and webhooks lie."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.fixture(scope="session")
def corpora() -> Path:
    """They are not part of Inbox, because their licences differ; see docs/corpora.md."""
    folder = Path(os.environ.get("INBOX_CORPORA", BESIDE))
    if not folder.is_dir():
        pytest.skip("the collected mails are not beside this checkout (docs/corpora.md)")
    return folder
