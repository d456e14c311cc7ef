"""${message}"""

import sqlalchemy as sa
from alembic import op
% if not down_revision:

from inbox.migrations import beyond_the_model
% endif
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
% if not down_revision:
    beyond_the_model.create()
% endif
