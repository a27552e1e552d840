"""Checking what is entered of a person."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tongban.db import crypto
from tongban.users import documents
from tongban.users.models import PERSON_KINDS, Person
from tongban.web.refusals import FieldRefused

SEXES = ("male", "female", "unknown")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_LONGEST_NAME = 60
_LONGEST_DOCUMENT = 40


@dataclass(frozen=True)
class PersonInput:
    """What may be entered of a person. `phone` and `document_number` None keep what is stored."""

    number: str
    name: str
    kind: str
    unit_id: int
    sex: str = "unknown"
    grade: str = ""
    title: str = ""
    email: str = ""
    phone: str | None = None
    document_type: str = documents.ID_CARD
    document_number: str | None = None


def check(given: PersonInput) -> PersonInput:
    """Return the input with its document number as it is stored. Raises FieldRefused."""
    if not _NUMBER.fullmatch(given.number):
        raise FieldRefused("number", "学号或工号由字母、数字组成，不超过 32 个字符")
    if not given.name or len(given.name) > _LONGEST_NAME:
        raise FieldRefused("name", "请填写姓名，不超过 60 字")
    if given.kind not in PERSON_KINDS:
        raise FieldRefused("kind", "请选择教职工或学生")
    if given.sex not in SEXES:
        raise FieldRefused("sex", "请选择性别")
    if given.phone and not _PHONE.fullmatch(given.phone):
        raise FieldRefused("phone", "手机号应为 11 位数字，例如 13900002864")
    if given.document_type not in documents.DOCUMENT_TYPES:
        raise FieldRefused("document_type", "请选择证件类型")
    if not given.document_number:
        return given
    number = documents.normalise(given.document_number)
    if given.document_type == documents.ID_CARD and not documents.is_valid_id_number(number):
        raise FieldRefused("document_number", "身份证号有误，请核对 18 位号码及末位校验码")
    if len(number) > _LONGEST_DOCUMENT:
        raise FieldRefused("document_number", "证件号码不超过 40 个字符")
    if given.sex == "unknown" and given.document_type == documents.ID_CARD:
        given = replace(given, sex=documents.sex_of(number))
    return replace(given, document_number=number)


def hash_of(value: str) -> str | None:
    """Return the look-up hash of a stored value, None for an empty one."""
    return crypto.keyed_hash(value) if value else None


def refuse_taken_number(session: Session, number: str) -> None:
    """Raise FieldRefused when a number belongs to somebody, in any case of its letters."""
    spellings = {number, number.lower(), number.upper()}
    if session.scalar(select(Person.id).where(Person.number.in_(spellings))) is not None:
        raise number_taken(number)


def number_taken(number: str) -> FieldRefused:
    """Return the refusal of a number that is in use."""
    return FieldRefused("number", f"学号或工号 {number} 已存在，请核对后重新填写")


def refuse_taken_document(session: Session, given: PersonInput, person_id: int | None) -> None:
    """Raise FieldRefused when another active person of the kind has the document number.

    Staff who study have two numbers and one document.
    """
    if not given.document_number:
        return
    other = session.execute(
        select(Person.id, Person.number, Person.name).where(
            Person.document_hash == crypto.keyed_hash(given.document_number),
            Person.status == "active",
            Person.kind == given.kind,
        )
    ).first()
    if other is not None and other.id != person_id:
        raise FieldRefused(
            "document_number", "该证件号码已登记在其他人员名下，请核对或联系信息化管理中心"
        )
