"""Tables of accounts, sessions and sign-in attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tongban import clock
from tongban.db import Base
from tongban.db.types import BigInt, IntPk, UtcDateTime


class Account(Base):
    """How a person signs in. `inactive` until activated; `disabled` when the person left.

    Whether it is locked is not kept here but read from the attempts, so that a name nobody has
    locks exactly as an account does.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("status IN ('inactive', 'active', 'disabled')", name="status"),
    )

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(BigInt, ForeignKey("person.id"), unique=True)
    username: Mapped[str] = mapped_column(String(32), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(8), default="inactive")
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """A signed-in browser. Only the hash of its random cookie is kept; revoking is one update."""

    __tablename__ = "auth_session"
    __table_args__ = (Index("ix_auth_session_account_id", "account_id", "expires_at"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInt, ForeignKey("account.id"))
    csrf_token: Mapped[str] = mapped_column(String(64))
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kept: Mapped[bool] = mapped_column(default=False)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")


class SignInAttempt(Base):
    """One attempt to sign in; the history a person sees, and what throttle and lock-out count.

    `username` is what was typed if an account has it, else a keyed hash: people type passwords
    into the wrong box. `outcome` is one of `tongban.auth.attempts`; an operator's unlocking is a
    row too. Never updated.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_address_at", "address", "at"),
        Index("ix_sign_in_attempt_username_id", "username", "id"),
        Index("ix_sign_in_attempt_account_id_id", "account_id", "id"),
    )

    id: Mapped[IntPk]
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    username: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("account.id"))
    address: Mapped[str] = mapped_column(String(45), default="")
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[str] = mapped_column(String(16))
