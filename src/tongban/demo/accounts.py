"""The five accounts to try the demo campus with."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.demo import cast

DEMO_PHRASE = "Tongban-2026"
"""Password of every demo account that can sign in: public, for a campus of invented people."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to try: who it is, and what can be seen with it."""

    key: str
    role: str
    number: str
    name: str
    unit: str
    tries: str
    password: str = DEMO_PHRASE


DEMO_ACCOUNTS = (
    DemoAccount(
        "student",
        "学生",
        cast.STUDENT_NUMBER,
        cast.STUDENT_NAME,
        "计算机科学与技术2023级1班",
        "申请网络报修、后勤报修、学生证补办，查看办理进度",
    ),
    DemoAccount(
        "teacher",
        "教师",
        cast.TEACHER.number,
        cast.TEACHER.name,
        "计算机科学与信息工程学院",
        "申请VPN开通、Edu邮箱开通，接收班级学生报修的抄送",
    ),
    DemoAccount(
        "head",
        "部门负责人",
        cast.DEAN.number,
        cast.DEAN.name,
        "计算机科学与信息工程学院",
        "审批本学院教职工的申请",
    ),
    DemoAccount(
        "unit_admin",
        "部门信息管理员",
        cast.LOGISTICS_ADMIN.number,
        cast.LOGISTICS_ADMIN.name,
        "后勤管理处",
        "受理后勤报修，管理本部门的服务事项",
    ),
    DemoAccount(
        "operator",
        "信息化管理中心运维",
        cast.OPERATOR.number,
        cast.OPERATOR.name,
        "信息化管理中心",
        "受理网络报修，使用统一管控平台",
    ),
)
