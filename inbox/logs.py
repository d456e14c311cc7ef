"""Structured logs: events with names and keys, as JSON lines or for a person's terminal."""

import logging
import sys

import structlog

from inbox.trouble import is_trouble


def configure(level: str, *, human: bool) -> None:
    """`level` is a name of the logging module; `human` draws for a terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            without_trouble,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=level, stream=sys.stderr)
    # its debug log holds whole mails
    logging.getLogger("aioimaplib").setLevel(logging.ERROR)
    # says at every command that the database is as it should be
    logging.getLogger("alembic").setLevel(logging.WARNING)


def without_trouble(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """That the database takes nothing is said once, and not by everybody who wants to write."""
    given = event.get("exc_info")
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException) and is_trouble(error):
        raise structlog.DropEvent
    return event
