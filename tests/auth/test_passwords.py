"""Passwords: what is stored, what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.auth.passwords import (
    HashParameters,
    check_new_password,
    hash_password,
    make_password,
    matches,
    needs_rehash,
)
from tongban.web.refusals import FieldRefused

CHEAP = HashParameters(memory_kib=8, passes=1)


@given(st.text(max_size=128), st.text(max_size=128))
@settings(max_examples=60, deadline=None)
def test_any_text_matches_itself_and_no_other(password: str, other: str) -> None:
    stored = hash_password(password, CHEAP)
    assert stored.startswith("$argon2id$")
    assert matches(password, stored, CHEAP)
    assert matches(password + "x", stored, CHEAP) is False


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("Tongban-2026", CHEAP) != hash_password("Tongban-2026", CHEAP)


def test_a_password_typed_in_full_width_is_the_same() -> None:
    assert matches("Ｔｏｎｇｂａｎ-２０２６", hash_password("Tongban-2026", CHEAP), CHEAP)


@pytest.mark.parametrize("stored", [None, "", "not a hash", "$argon2id$v=19$m=8"])
def test_nothing_matches_where_nothing_usable_is_stored(stored: str | None) -> None:
    assert matches("Tongban-2026", stored, CHEAP) is False


def test_a_hash_made_with_other_parameters_asks_to_be_made_again() -> None:
    stored = hash_password("Tongban-2026", CHEAP)
    assert not needs_rehash(stored, CHEAP)
    assert needs_rehash(stored, HashParameters(memory_kib=16, passes=1))
    assert matches("Tongban-2026", stored, HashParameters(memory_kib=16, passes=1))


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Short-1", "8 至 128"),
        ("Aa1-" * 40, "8 至 128"),
        ("alllowercase", "三种"),
        ("lowercase2026", "三种"),
        ("20210304-Ab", "学号"),
        ("x20210304Y", "学号"),
        (" Tongban-2026", "首尾"),
        ("Tongban-2026 ", "首尾"),
        ("Tongban\x00-2026", "控制字符"),
        ("Tongban\n-2026", "控制字符"),
        ("Aa1Aa1Aa1", "过于简单"),
        ("Password-1", "过于简单"),
        ("P@ssw0rd1", "过于简单"),
        ("Qwerty123", "过于简单"),
    ],
)
def test_a_weak_password_is_refused_with_what_is_wrong(password: str, reason: str) -> None:
    with pytest.raises(FieldRefused, match=reason) as refused:
        check_new_password(password, fewest=8, number="20210304")
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["Tongban-2026", "春眠不觉晓Ab-9x", "correct Horse 9 staple"])
def test_a_good_password_is_taken(password: str) -> None:
    check_new_password(password, fewest=8, number="20210304")


def test_made_passwords_keep_the_rules_and_do_not_repeat() -> None:
    made = {make_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_new_password(password, fewest=12, number="20210304")
