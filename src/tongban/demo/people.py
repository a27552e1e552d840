"""Invented staff and students, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from tongban.demo import cast
from tongban.demo.names import NameMaker
from tongban.demo.papers import PaperMaker, Papers
from tongban.demo.posts import Seat
from tongban.demo.rows import PersonRow
from tongban.demo.units import ClassPlan

THIS_YEAR = 2026
# Posts begin with the day of joining, which must be past whenever the demo is loaded.
_FIRST_YEAR, _LAST_YEAR = 1990, 2025
_ENROLMENT_DAY = (9, 5)

# The campus is fictitious, and so is its mail domain (RFC 2606 keeps `.example` out of use).
MAIL_DOMAIN = "ayit.example"

_AGES = {"head": (42, 58), "deputy": (35, 55), "member": (26, 58)}
_ACADEMIC_TITLES = (
    (50, ("教授", "副教授")),
    (38, ("副教授", "讲师")),
    (30, ("讲师",)),
    (0, ("助教",)),
)
_ENGINEERS = ("xxhglzx", "gcxlzx")
_FOREIGN_NAMES = (("艾玛·威尔逊", "female"), ("大卫·米勒", "male"), ("索菲·杜邦", "female"))
_FOREIGN_UNIT = "wgyxy"


class PeopleMaker:
    """Invents people one by one; asked in the same order it answers the same."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._names = NameMaker(seed)
        self._papers = PaperMaker(seed)
        self._hired: Counter[int] = Counter()
        self._reserved = {member.number for member in cast.STAFF}
        self._foreigners = iter(_FOREIGN_NAMES)

    # --- staff ---

    def staff(self, seat: Seat) -> PersonRow:
        """Return who sits on a seat: the fixed person, or somebody invented."""
        if seat.member is not None:
            return self._cast(seat.member)
        if seat.unit == _FOREIGN_UNIT and seat.main.rank == "member":
            foreigner = next(self._foreigners, None)
            if foreigner is not None:
                return self._foreigner(seat, *foreigner)
        return self._invented(seat)

    def _cast(self, member: cast.CastMember) -> PersonRow:
        papers = self._papers.make(member.sex, member.born_on)
        joined = date(int(member.number[:4]), 7, 1)
        return _staff_row(
            member.number,
            member.name,
            member.sex,
            member.unit,
            member.born_on,
            joined,
            papers,
            member.title,
        )

    def _invented(self, seat: Seat) -> PersonRow:
        sex = self._random.choice(("male", "female"))
        born = self._birthday(THIS_YEAR - self._random.randint(*_AGES[seat.main.rank]))
        joined = self._joined(born)
        return _staff_row(
            self._staff_number(joined.year),
            self._names.name(sex, born.year),
            sex,
            seat.unit,
            born,
            joined,
            self._papers.make(sex, born),
            self._title(seat, THIS_YEAR - born.year),
        )

    def _foreigner(self, seat: Seat, name: str, sex: str) -> PersonRow:
        born = self._birthday(self._random.randint(1970, 1992))
        joined = date(self._random.randint(2018, _LAST_YEAR), 9, 1)
        number = self._staff_number(joined.year)
        papers = self._papers.make_foreign()
        return _staff_row(number, name, sex, seat.unit, born, joined, papers, "外籍教师")

    def _staff_number(self, year: int) -> str:
        """The year of joining and a number within it, skipping those of the cast."""
        while True:
            self._hired[year] += 1
            number = f"{year}{self._hired[year]:04d}"
            if number not in self._reserved:
                return number

    def _joined(self, born: date) -> date:
        year = min(_LAST_YEAR, max(_FIRST_YEAR, born.year + self._random.randint(24, 31)))
        return date(year, self._random.choice((3, 7, 9)), 1)

    def _title(self, seat: Seat, age: int) -> str:
        if seat.unit in _ENGINEERS:
            return "高级工程师" if age >= 45 else "工程师" if age >= 30 else "助理工程师"
        if "-jy" not in seat.main.unit and seat.main.name not in {"院长", "副院长"}:
            return ""
        titles = next(titles for least, titles in _ACADEMIC_TITLES if age >= least)
        return self._random.choice(titles)

    # --- students ---

    def students(self, plan: ClassPlan) -> Iterator[PersonRow]:
        """Yield the students of a class, numbered from 01."""
        fixed = cast.STUDENT_NUMBER.startswith(plan.prefix)
        ordinals = list(range(1, plan.size + 1))
        if fixed and int(cast.STUDENT_NUMBER[-2:]) > plan.size:
            ordinals[-1] = int(cast.STUDENT_NUMBER[-2:])
        for ordinal in ordinals:
            number = f"{plan.prefix}{ordinal:02d}"
            if number == cast.STUDENT_NUMBER:
                yield self._student(plan, number, cast.STUDENT_NAME, "female", cast.STUDENT_BORN)
            else:
                yield self._invented_student(plan, number)

    def _invented_student(self, plan: ClassPlan, number: str) -> PersonRow:
        sex = self._random.choice(("male", "female"))
        born = self._birthday(int(plan.grade) - self._random.randint(18, 19))
        return self._student(plan, number, self._names.name(sex, born.year), sex, born)

    def _student(self, plan: ClassPlan, number: str, name: str, sex: str, born: date) -> PersonRow:
        papers = self._papers.make(sex, born)
        return PersonRow(
            number=number,
            name=name,
            kind="student",
            sex=sex,
            unit=plan.code,
            born_on=born,
            joined_on=date(int(plan.grade), *_ENROLMENT_DAY),
            phone=papers.phone,
            document_type=papers.document_type,
            document_number=papers.document_number,
            grade=plan.grade,
        )

    def _birthday(self, year: int) -> date:
        return date(year, 1, 1) + timedelta(days=self._random.randrange(365))


def _staff_row(
    number: str,
    name: str,
    sex: str,
    unit: str,
    born: date,
    joined: date,
    papers: Papers,
    title: str,
) -> PersonRow:
    return PersonRow(
        number=number,
        name=name,
        kind="staff",
        sex=sex,
        unit=unit,
        born_on=born,
        joined_on=joined,
        phone=papers.phone,
        document_type=papers.document_type,
        document_number=papers.document_number,
        title=title,
        email=f"{number}@{MAIL_DOMAIN}",
    )
