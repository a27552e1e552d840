"""The people of the demo campus who are always there, with numbers worth remembering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CastMember:
    """A fixed member of staff: who, and the post (`post_unit`, `post`) held in `unit`."""

    number: str
    name: str
    sex: str
    born_on: date
    unit: str
    post_unit: str
    post: str
    title: str = ""


STUDENT_NUMBER = "202304150123"
STUDENT_NAME = "程小满"
STUDENT_BORN = date(2005, 5, 21)

DEAN = CastMember("20060021", "周明远", "male", date(1972, 3, 8), "jsjxy", "jsjxy", "院长", "教授")
TEACHER = CastMember(
    "20150088", "沈知行", "male", date(1986, 10, 17), "jsjxy", "jsjxy-jy1", "专任教师", "副教授"
)
LOGISTICS_ADMIN = CastMember(
    "20180066", "何清越", "female", date(1991, 6, 2), "hqglc", "hqglc-wx", "维修调度岗"
)
OPERATOR = CastMember(
    "20190137", "林知远", "male", date(1990, 1, 30), "xxhglzx", "xxhglzx-wl", "网络运维岗", "工程师"
)
CENTRE_HEAD = CastMember(
    "20080011", "韩书言", "male", date(1976, 11, 11), "xxhglzx", "xxhglzx", "主任", "高级工程师"
)
CENTRE_DEPUTY = CastMember(
    "20120034", "顾念之", "female", date(1983, 4, 19), "xxhglzx", "xxhglzx", "副主任", "高级工程师"
)
SYSTEMS_ENGINEER = CastMember(
    "20110045",
    "魏长青",
    "male",
    date(1980, 9, 5),
    "xxhglzx",
    "xxhglzx-xt",
    "应用系统岗",
    "高级工程师",
)
CENTRE_ADMIN = CastMember(
    "20200162", "许明澈", "male", date(1993, 12, 24), "xxhglzx", "xxhglzx-zh", "综合岗", "工程师"
)
SECOND_OPERATOR = CastMember(
    "20210090",
    "叶闻笙",
    "female",
    date(1995, 7, 14),
    "xxhglzx",
    "xxhglzx-aq",
    "网络安全岗",
    "助理工程师",
)

STAFF = (
    DEAN,
    TEACHER,
    LOGISTICS_ADMIN,
    CENTRE_HEAD,
    CENTRE_DEPUTY,
    SYSTEMS_ENGINEER,
    OPERATOR,
    CENTRE_ADMIN,
    SECOND_OPERATOR,
)

CLASS_OF_TEACHER = "c2023041501"
"""The teacher of the cast is class teacher of the student of the cast."""
