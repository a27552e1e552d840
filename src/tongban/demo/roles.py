"""Roles and grants of the demo campus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tongban.demo import cast
from tongban.demo.blueprint import SCHOOL_CODE, departments, faculties
from tongban.demo.rows import AppointmentRow, PositionRow, RoleGrantRow, RoleRow
from tongban.demo.units import section_code

DUTY_ROLES = (
    RoleRow("it-duty", "网络值班", "受理网络与信息化服务申请并安排处理"),
    RoleRow("repair-duty", "后勤维修调度", "受理后勤报修并派单"),
    RoleRow("vehicle-duty", "公务用车调度", "为公务用车申请安排车辆和驾驶员"),
    RoleRow("asset-duty", "采购立项受理", "受理采购项目立项并核对材料"),
    RoleRow("hr-duty", "人事调配", "受理校内调动并办理手续"),
    RoleRow("agenda-duty", "党委会议题受理", "汇总、核对党委会议题"),
    RoleRow("student-card-duty", "学生证件办理", "受理学生证、火车票优惠卡的补办"),
)

# Where the holders of a duty work: the unit the role is granted on, the section and the post.
_DUTY_POSTS = {
    "it-duty": ("xxhglzx", "xxhglzx-wl", "网络运维岗"),
    "repair-duty": ("hqglc", "hqglc-wx", "维修调度岗"),
    "vehicle-duty": ("xzbgs", "xzbgs-cl", "车辆调度岗"),
    "asset-duty": ("gyzcglc", "gyzcglc-cg", "采购立项岗"),
    "hr-duty": ("rsc", "rsc-rs", "人事调配岗"),
    "agenda-duty": ("dwbgs", "dwbgs-zh", "会务岗"),
    "student-card-duty": ("xsgzc", "xsgzc-gl", "学生证件岗"),
}

_FIXED_ADMINS = {
    cast.LOGISTICS_ADMIN.unit: cast.LOGISTICS_ADMIN.number,
    cast.CENTRE_ADMIN.unit: cast.CENTRE_ADMIN.number,
}
_AUDITOR_SECTION = "sjc-cs"


def role_grants(
    positions: Iterable[PositionRow], appointments: Sequence[AppointmentRow]
) -> list[RoleGrantRow]:
    """Return every grant of the campus, built-in roles first."""
    holders = _holders_by_unit(appointments)
    return [
        *_operators(),
        *_auditors(holders),
        *_leaders(positions),
        *_unit_admins(holders),
        *_duties(holders),
    ]


def _operators() -> Iterator[RoleGrantRow]:
    for member in (cast.OPERATOR, cast.SECOND_OPERATOR):
        yield RoleGrantRow("operator", SCHOOL_CODE, number=member.number)


def _auditors(holders: Mapping[str, Sequence[AppointmentRow]]) -> Iterator[RoleGrantRow]:
    """The auditor comes from outside the IT centre: who runs a system must not check it."""
    yield RoleGrantRow("auditor", SCHOOL_CODE, number=holders[_AUDITOR_SECTION][0].number)


def _leaders(positions: Iterable[PositionRow]) -> Iterator[RoleGrantRow]:
    """Leadership goes with the post, so that it changes hands with an appointment."""
    for position in positions:
        if position.rank == "head":
            yield RoleGrantRow("unit_leader", position.unit, position=position.name)


def _unit_admins(holders: Mapping[str, Sequence[AppointmentRow]]) -> Iterator[RoleGrantRow]:
    for department in (*departments(), *faculties()):
        office = holders[section_code(department, department.sections[0].key)]
        number = _FIXED_ADMINS.get(department.code, office[-1].number)
        yield RoleGrantRow("unit_admin", department.code, number=number)


def _duties(holders: Mapping[str, Sequence[AppointmentRow]]) -> Iterator[RoleGrantRow]:
    for role, (unit, section, post) in _DUTY_POSTS.items():
        held = [entry for entry in holders[section] if entry.position == post]
        for entry in (held or holders[section])[:3]:
            yield RoleGrantRow(role, unit, number=entry.number)


def _holders_by_unit(
    appointments: Sequence[AppointmentRow],
) -> dict[str, list[AppointmentRow]]:
    holders: dict[str, list[AppointmentRow]] = {}
    for appointment in appointments:
        holders.setdefault(appointment.unit, []).append(appointment)
    return holders
