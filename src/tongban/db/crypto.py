"""Encryption of personal fields at rest, and the keyed hash they are found by.

ID numbers and phones are stored encrypted (AES-256-GCM) beside a keyed hash (HMAC-SHA-256) for
equality look-ups (GB/T 22239-2019, level 3, data confidentiality). Each ciphertext names its key,
so that keys can be rotated while old rows are still readable.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class CipherError(Exception):
    """A stored value cannot be decrypted with the configured keys."""


@dataclass(frozen=True)
class FieldCipher:
    """Encrypts with the newest key, decrypts with any.

    `keys` maps a key number (1..255) to 32 bytes; `hash_key` never rotates without re-hashing.
    """

    keys: dict[int, bytes]
    hash_key: bytes
    _aead: dict[int, AESGCM] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for number, key in self.keys.items():
            if not 1 <= number <= 255 or len(key) != 32:
                raise CipherError("a field key needs a number from 1 to 255 and 32 bytes")
            self._aead[number] = AESGCM(key)

    @property
    def current(self) -> int:
        """The number of the key that new values are encrypted with."""
        return max(self.keys)

    def encrypt(self, text: str) -> bytes:
        """Return key number, nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._aead[self.current].encrypt(nonce, text.encode(), None)
        return bytes([self.current]) + nonce + sealed

    def decrypt(self, data: bytes) -> str:
        """Return the text. Raises CipherError for an unknown key or a changed value."""
        aead = self._aead.get(data[0]) if data else None
        if aead is None:
            raise CipherError(f"no field key number {data[0] if data else '-'}")
        nonce, sealed = data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
        try:
            return aead.decrypt(nonce, sealed, None).decode()
        except InvalidTag as error:
            raise CipherError("a stored field does not match its key") from error

    def keyed_hash(self, text: str) -> str:
        """Return the look-up hash of a normalised value."""
        return hmac.new(self.hash_key, text.encode(), sha256).hexdigest()


_current: FieldCipher | None = None


def use(cipher: FieldCipher) -> None:
    """Make `cipher` the process's; column types cannot be handed one by the caller."""
    global _current
    _current = cipher


def cipher() -> FieldCipher:
    """Return the process's cipher. Raises CipherError before `use`."""
    if _current is None:
        raise CipherError("no field cipher configured: set crypto.field_keys")
    return _current


def keyed_hash(text: str) -> str:
    """Return the look-up hash of a normalised value with the process's key."""
    return cipher().keyed_hash(text)
