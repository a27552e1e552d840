"""Phones and identity documents of invented people."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple

from tongban.users.documents import ID_CARD, check_digit

# GB/T 2260 codes of counties and districts around the campus, then some farther away.
_AREAS = (
    *("410502", "410503", "410505", "410506", "410522", "410523", "410526", "410527", "410581"),
    *("410602", "410702", "410802", "410902", "410102", "410302", "411002", "411102", "411202"),
    *("411302", "411402", "411502", "411602", "411702", "130402", "140402", "370102", "320102"),
    *("420102", "510104", "610102"),
)

# A range of mobile numbers that no operator has been given: a gateway connected to the demo by
# mistake reaches nobody.
_PHONE_RANGE = "154"
_PHONES = 10**8
_PHONE_STEP = 38_196_601  # shares no factor with 10**8, so numbers repeat only after all are used

_ROUND = 997
_WITHOUT_DOCUMENT = 250
_FROM_HONG_KONG_OR_MACAO = 500
_FROM_TAIWAN = 750


class Papers(NamedTuple):
    """A mobile number and an identity document; `document_number` None: none on record."""

    phone: str
    document_type: str
    document_number: str | None


class PaperMaker:
    """Makes phones and documents that no two people share."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._used: set[str] = set()
        self._count = 0

    def make(self, sex: str, born: date) -> Papers:
        """Return the papers of the next person.

        About one person in a thousand has no document on record, and as many come from Hong Kong
        or Macao, and from Taiwan: not everybody has a citizen number.
        """
        digits = self._next_digits()
        phone = f"{_PHONE_RANGE}{digits}"
        turn = self._count % _ROUND
        if turn == _WITHOUT_DOCUMENT:
            return Papers(phone, ID_CARD, None)
        if turn == _FROM_HONG_KONG_OR_MACAO:
            return Papers(phone, "hk_macao_permit", f"H{digits}")
        if turn == _FROM_TAIWAN:
            return Papers(phone, "taiwan_permit", digits)
        return Papers(phone, ID_CARD, self.citizen_number(sex, born))

    def make_foreign(self) -> Papers:
        """Return the papers of the next person, a foreigner with a passport."""
        digits = self._next_digits()
        return Papers(f"{_PHONE_RANGE}{digits}", "passport", f"E{digits}")

    def citizen_number(self, sex: str, born: date) -> str:
        """Return a valid citizen number (GB 11643-1999) nobody else has."""
        while True:
            sequence = self._random.randrange(1 if sex == "male" else 2, 1000, 2)
            body = f"{self._random.choice(_AREAS)}{born:%Y%m%d}{sequence:03d}"
            if body not in self._used:
                self._used.add(body)
                return body + check_digit(body)

    def _next_digits(self) -> str:
        self._count += 1
        return f"{self._count * _PHONE_STEP % _PHONES:08d}"
