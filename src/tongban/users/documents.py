"""Numbers of identity documents.

Citizen identification numbers follow GB 11643-1999: six digits of area code (GB/T 2260), eight of
the date of birth, three of sequence (odd for men, even for women) and a check character (ISO 7064,
MOD 11-2). Numbers of the first generation (1989) have fifteen digits: no century, no check.
"""

from __future__ import annotations

import re
from datetime import date

ID_CARD = "id_card"

DOCUMENT_TYPES = {
    ID_CARD: "居民身份证",
    "passport": "护照",
    "hk_macao_permit": "港澳居民来往内地通行证",
    "taiwan_permit": "台湾居民来往大陆通行证",
    "other": "其他证件",
}

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_BODY = re.compile(r"[0-9]{17}", re.ASCII)
_FULL = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
_OLD = re.compile(r"[1-9][0-9]{14}", re.ASCII)
_BLANKS = re.compile(r"[\s\-]+")
# Input methods left in full-width mode shift the printable ASCII characters by this much.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def check_digit(body: str) -> str:
    """Return the check character of the first seventeen digits.

    Raises ValueError unless `body` is seventeen digits.
    """
    if not _BODY.fullmatch(body):
        raise ValueError(f"expected seventeen digits, got {body!r}")
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECKS[total % 11]


def normalise(number: str) -> str:
    """Return a document number as it is stored and hashed.

    Full-width characters become half-width, blanks and hyphens go, letters become capitals, and
    a citizen number of fifteen digits becomes the one of eighteen. Never raises.
    """
    text = _BLANKS.sub("", number.translate(_HALF_WIDTH)).upper()
    if _OLD.fullmatch(text) and _day(f"19{text[6:12]}") is not None:
        body = f"{text[:6]}19{text[6:]}"
        return body + check_digit(body)
    return text


def is_valid_id_number(number: str) -> bool:
    """Say whether a citizen number, in any accepted spelling, is well formed.

    Checked are length, date of birth and check character; whether the area code was ever in use
    is not, because abolished codes stay valid.
    """
    text = normalise(number)
    return (
        _FULL.fullmatch(text) is not None
        and _day(text[6:14]) is not None
        and check_digit(text[:17]) == text[17]
    )


def born_on(number: str) -> date | None:
    """Return the date of birth that a citizen number states, or None for an invalid one."""
    return _day(normalise(number)[6:14]) if is_valid_id_number(number) else None


def sex_of(number: str) -> str:
    """Return `male`, `female`, or `unknown` for an invalid citizen number."""
    if not is_valid_id_number(number):
        return "unknown"
    return "male" if int(normalise(number)[16]) % 2 else "female"


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
