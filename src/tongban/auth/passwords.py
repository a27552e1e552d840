"""Passwords: Argon2id hashes, and the rules for new ones."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tongban.web.refusals import FieldRefused

log = structlog.get_logger("tongban.auth")

MOST_CHARACTERS = 128

_KINDS_NEEDED = 3
_FEWEST_DIFFERENT = 5
_SHORTEST_NAME = 4
_GUESSED_FIRST = (
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "qwerty",
    "1q2w3e",
    "1qaz2wsx",
    "123456",
    "654321",
    "abcdef",
    "iloveyou",
    "woaini",
    "admin",
)


@dataclass(frozen=True)
class HashParameters:
    """Cost of one Argon2id hash. The defaults are OWASP's least: 19 MiB, two passes, one lane."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> HashParameters:
        """Read them from the settings."""
        return cls(
            settings["auth.argon2_memory_kib"],
            settings["auth.argon2_passes"],
            settings["auth.argon2_lanes"],
        )


DEFAULT_PARAMETERS = HashParameters()


def hash_password(password: str, parameters: HashParameters = DEFAULT_PARAMETERS) -> str:
    """Return the Argon2id hash of a password, with its parameters and salt in it."""
    return _hasher(parameters).hash(_as_bytes(password))


def matches(
    password: str, stored: str | None, parameters: HashParameters = DEFAULT_PARAMETERS
) -> bool:
    """Say whether a password is the one stored.

    With nothing stored a decoy is checked instead, so that the time does not tell who exists.
    """
    decoy = _decoy(parameters)
    try:
        _hasher(parameters).verify(stored or decoy, _as_bytes(password))
    except InvalidHashError:
        log.error("a stored password hash cannot be read")
        return False
    except VerificationError:
        return False
    return stored is not None


def needs_rehash(stored: str, parameters: HashParameters) -> bool:
    """Say whether a hash was made with other parameters than those of the settings."""
    return _hasher(parameters).check_needs_rehash(stored)


def check_new_password(password: str, *, fewest: int, number: str) -> None:
    """Raise FieldRefused unless a new password keeps the rules.

    Complexity as GB/T 22239-2019 asks of level 3 (8.1.4.1 a): three of four kinds of characters;
    not the person's own number, not what is guessed first.
    """
    fault = _fault_of(_normal(password), fewest, number.lower())
    if fault:
        raise FieldRefused("password", fault)


def make_password() -> str:
    """Return a random password that keeps the rules and can be read out over the telephone."""
    consonants, vowels, digits = "bcdfghjkmnpqrstvwxz", "aeiu", "23456789"
    syllables = [secrets.choice(consonants) + secrets.choice(vowels) for _ in range(6)]
    word = "".join(syllables[:3]).capitalize() + "-" + "".join(syllables[3:])
    return f"{word}-{secrets.choice(digits)}{secrets.choice(digits)}"


def _fault_of(password: str, fewest: int, number: str) -> str:
    if not fewest <= len(password) <= MOST_CHARACTERS:
        return f"密码须为 {fewest} 至 {MOST_CHARACTERS} 个字符。"
    if password != password.strip() or any(
        unicodedata.category(character).startswith("C") for character in password
    ):
        return "密码首尾不能有空格，也不能含有控制字符。"
    if _kinds(password) < _KINDS_NEEDED:
        return "密码须包含大写字母、小写字母、数字、符号中的至少三种。"
    if len(number) >= _SHORTEST_NAME and number in password.lower():
        return "密码不能包含学号或工号。"
    if _easily_guessed(password.lower()):
        return "密码过于简单，容易被猜到，请换一个。"
    return ""


def _kinds(password: str) -> int:
    found = {
        "upper"
        if character.isupper()
        else "lower"
        if character.islower()
        else "digit"
        if character.isdigit()
        else "other"
        for character in password
    }
    return len(found)


def _easily_guessed(password: str) -> bool:
    if len(set(password)) < _FEWEST_DIFFERENT:
        return True
    return any(word in password and 2 * len(word) > len(password) for word in _GUESSED_FIRST)


def _normal(password: str) -> str:
    # NIST SP 800-63B, 5.1.1.2: an input method in full-width mode types the same password.
    return unicodedata.normalize("NFKC", password)


def _as_bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=8)
def _hasher(parameters: HashParameters) -> PasswordHasher:
    return PasswordHasher(
        time_cost=parameters.passes,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.lanes,
    )


@lru_cache(maxsize=8)
def _decoy(parameters: HashParameters) -> str:
    return hash_password(secrets.token_hex(16), parameters)
