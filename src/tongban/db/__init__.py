"""Database: engine, session, conventions, and the manners of SQLite and PostgreSQL."""

from __future__ import annotations

from tongban.db.base import Base
from tongban.db.engine import make_engine
from tongban.db.session import after_commit, mark_changed, unit_of_work

__all__ = ["Base", "after_commit", "make_engine", "mark_changed", "unit_of_work"]
