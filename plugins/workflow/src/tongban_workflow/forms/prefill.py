"""What a form fills in by itself from what is known of the person who applies."""

from __future__ import annotations

from typing import NamedTuple

PREFILLS = (
    "person.name",
    "person.number",
    "person.phone",
    "person.email",
    "person.unit",
    "person.grade",
)


class Applicant(NamedTuple):
    """The person who applies, as forms and conditions see them."""

    id: int
    number: str
    name: str
    kind: str
    grade: str
    phone: str
    email: str
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str

    def facts(self) -> dict[str, str]:
        """Return what conditions may ask: `starter.kind` and so on."""
        return {
            "kind": self.kind,
            "number": self.number,
            "unit": self.unit_code,
            "grade": self.grade,
        }

    def prefill(self, name: str) -> str:
        """Return the text for a `prefill` setting, empty for an unknown one."""
        known = {
            "person.name": self.name,
            "person.number": self.number,
            "person.phone": self.phone,
            "person.email": self.email,
            "person.unit": self.unit_name,
            "person.grade": self.grade,
        }
        return known.get(name, "")
