"""Identity numbers are read as GB 11643 writes them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.users.documents import (
    born_on,
    check_digit,
    is_valid_id_number,
    normalise,
    sex_of,
)

SAMPLE = "11010519491231002X"  # the example of the standard
SECOND_SAMPLE = "440524188001010014"


def bodies() -> st.SearchStrategy[str]:
    return st.builds(
        lambda area, day, sequence: f"{area:06d}{day:%Y%m%d}{sequence:03d}",
        st.integers(110000, 659999),
        st.dates(date(1900, 1, 1), date(2030, 12, 31)),
        st.integers(0, 999),
    )


@pytest.mark.parametrize("number", [SAMPLE, SECOND_SAMPLE])
def test_the_standards_own_examples_are_valid(number: str) -> None:
    assert check_digit(number[:17]) == number[17]
    assert is_valid_id_number(number)


def test_what_the_example_states() -> None:
    assert born_on(SAMPLE) == date(1949, 12, 31)
    assert sex_of(SAMPLE) == "female"
    assert sex_of(SECOND_SAMPLE) == "male"


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 110105 19491231 002X ",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105-19491231-002x",
    ],
)
def test_usual_ways_of_typing_a_number_mean_the_same(typed: str) -> None:
    assert normalise(typed) == SAMPLE
    assert is_valid_id_number(typed)


def test_a_number_of_fifteen_digits_becomes_the_one_of_eighteen() -> None:
    assert normalise("110105491231002") == SAMPLE
    assert is_valid_id_number("110105491231002")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "11010519491231002",
        "110105194912310021",
        "11010519491331002X",
        "110105490231002",
        "0101051949123100202",
        "A1010519491231002X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
    ],
)
def test_malformed_numbers_are_refused(wrong: str) -> None:
    assert not is_valid_id_number(wrong)
    assert born_on(wrong) is None
    assert sex_of(wrong) == "unknown"


def test_other_documents_keep_their_letters() -> None:
    assert normalise("e 12345678") == "E12345678"


@given(bodies())
def test_every_body_has_exactly_one_check_character(body: str) -> None:
    valid = [check for check in "0123456789X" if is_valid_id_number(body + check)]
    assert valid == [check_digit(body)]


@given(bodies(), st.integers(0, 16), st.integers(1, 9))
def test_a_wrong_digit_is_always_noticed(body: str, place: int, shift: int) -> None:
    wrong = body[:place] + str((int(body[place]) + shift) % 10) + body[place + 1 :]
    assert check_digit(wrong) != check_digit(body)


@given(st.text(max_size=30))
def test_no_text_breaks_the_check(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert is_valid_id_number(text) in {True, False}


@pytest.mark.parametrize("body", ["", "1234", "1101051949123100X", "110105194912310021"])
def test_a_check_character_needs_seventeen_digits(body: str) -> None:
    with pytest.raises(ValueError, match="seventeen digits"):
        check_digit(body)
