"""KN-8: ID numbers and phones are unreadable in the database, found by their hash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.db.crypto import CipherError, FieldCipher

OLD = bytes(range(32))
NEW = bytes(range(32, 64))
HASH = bytes(range(64, 96))


@given(st.text(max_size=200))
def test_what_is_encrypted_comes_back(text: str) -> None:
    cipher = FieldCipher({1: OLD}, HASH)
    assert cipher.decrypt(cipher.encrypt(text)) == text


def test_equal_values_look_different_but_hash_alike() -> None:
    cipher = FieldCipher({1: OLD}, HASH)
    assert cipher.encrypt("13900002864") != cipher.encrypt("13900002864")
    assert cipher.keyed_hash("13900002864") == cipher.keyed_hash("13900002864")


def test_the_text_is_not_in_the_stored_bytes() -> None:
    assert b"11010519491231002X" not in FieldCipher({1: OLD}, HASH).encrypt("11010519491231002X")


def test_old_rows_stay_readable_after_a_new_key() -> None:
    stored = FieldCipher({1: OLD}, HASH).encrypt("旧")
    rotated = FieldCipher({1: OLD, 2: NEW}, HASH)
    assert rotated.decrypt(stored) == "旧"
    assert rotated.encrypt("新")[0] == 2


def test_a_changed_value_is_noticed() -> None:
    cipher = FieldCipher({1: OLD}, HASH)
    stored = bytearray(cipher.encrypt("13900002864"))
    stored[-1] ^= 1
    with pytest.raises(CipherError, match="does not match"):
        cipher.decrypt(bytes(stored))


def test_a_value_of_a_lost_key_is_named() -> None:
    stored = FieldCipher({2: NEW}, HASH).encrypt("x")
    with pytest.raises(CipherError, match="number 2"):
        FieldCipher({1: OLD}, HASH).decrypt(stored)


@pytest.mark.parametrize("keys", [{0: OLD}, {1: b"short"}, {256: OLD}])
def test_unusable_keys_are_refused(keys: dict[int, bytes]) -> None:
    with pytest.raises(CipherError, match="32 bytes"):
        FieldCipher(keys, HASH)
