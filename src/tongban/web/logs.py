"""Structured logs: readable in development, one JSON object a line in production."""

from __future__ import annotations

import logging

import structlog

_SECRET_WORDS = ("password", "secret", "token", "document", "id_number", "phone", "cookie")


def configure_logs(form: str, level: str) -> None:
    """Set up logging for the process; `form` is `console` or `json`."""
    # Plain traces: pretty ones print local variables, and those may be secrets.
    ending: tuple[structlog.typing.Processor, ...] = (
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    )
    if form == "json":
        ending = (
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            hide_secrets,
            *ending,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")


def hide_secrets(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep values whose name tells of a secret out of the log."""
    for name in event:
        if any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = "(hidden)"
    return event
