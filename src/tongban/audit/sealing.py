"""Keys, canonical form and hashes of the audit log.

Each event carries a MAC of its content from the moment it is written. Sealing then chains events:
every link is a MAC over its place, its event and the link before it. Whoever can write to the
database but does not hold the key can neither change, forge, drop nor reorder events unnoticed
(GB/T 22239-2019, level 3, 8.1.4.3 audit protection). Cutting links off the end leaves a valid
shorter chain: compare its head with one noted earlier (`tongban audit verify --expect`; the log
names every new head).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

FIRST_LINK = "0" * 64
_KEY_BYTES = 32


class SealingError(Exception):
    """The process has no audit key."""


_event_key: bytes | None = None
_chain_key: bytes | None = None


def use_key(secret: bytes) -> None:
    """Derive the process's audit keys from the platform's secret (32 bytes).

    Raises SealingError for a secret of another length.
    """
    global _event_key, _chain_key
    if len(secret) != _KEY_BYTES:
        raise SealingError("the audit secret needs 32 bytes")
    _event_key = _derive(secret, b"tongban audit event")
    _chain_key = _derive(secret, b"tongban audit chain")


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Return the one byte form of an event's content."""
    plain = {
        name: value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, datetime)
        else value
        for name, value in facts.items()
    }
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def event_mac(facts: Mapping[str, Any]) -> str:
    """Return the MAC of an event's content, 64 hex digits. Raises SealingError."""
    return hmac.new(_need(_event_key), canonical(facts), sha256).hexdigest()


def link_hash(previous: str, seq: int, event_id: int, facts: Mapping[str, Any], mac: str) -> str:
    """Return the hash of a link: its place, its event, the link before. Raises SealingError."""
    content = sha256(canonical(facts)).hexdigest()
    text = f"{previous}\n{seq}\n{event_id}\n{content}\n{mac}"
    return hmac.new(_need(_chain_key), text.encode(), sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose, sha256).digest()


def _need(key: bytes | None) -> bytes:
    if key is None:
        raise SealingError("no audit key configured: set crypto.secret")
    return key
