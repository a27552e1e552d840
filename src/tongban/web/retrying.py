"""A second line behind BEGIN IMMEDIATE: a locked SQLite database makes the request retryable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

from pyramid.tweens import EXCVIEW
from pyramid_retry import mark_error_retryable
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.registry import Registry
    from pyramid.request import Request
    from pyramid.response import Response

_PRIMARY_CODE = 0xFF
_BUSY_OR_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_sqlite_lock(error: BaseException) -> bool:
    """Say whether an error is SQLite's `database is locked`."""
    original = error.orig if isinstance(error, OperationalError) else error
    code = getattr(original, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY_CODE in _BUSY_OR_LOCKED


def retrying_tween(
    handler: Callable[[Request], Response], _registry: Registry
) -> Callable[[Request], Response]:
    """Mark lock errors of SQLite, which zope.sqlalchemy does not know, as retryable."""

    def handle(request: Request) -> Response:
        try:
            return handler(request)
        except Exception as error:
            if is_sqlite_lock(error):
                mark_error_retryable(error)
            raise

    return handle


def includeme(config: Configurator) -> None:
    """Put the tween under the exception views."""
    config.add_tween("tongban.web.retrying.retrying_tween", under=EXCVIEW)
