"""Structured logs: events with names and keys, as JSON lines or for a person's terminal."""

import logging
import sys

import structlog


def configure(level: str, *, human: bool) -> None:
    """`level` is a name of the logging module; `human` draws for a terminal."""
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
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
