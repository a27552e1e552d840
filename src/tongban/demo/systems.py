"""The ten business systems on 系统直通车 of the demo campus."""

from __future__ import annotations

from tongban.demo.rows import ConnectedSystemRow

_EVERYBODY = ("staff", "student")
_STAFF = ("staff",)

# The systems are fictitious: their addresses are in a domain that nobody can register (RFC 2606).
_DOMAIN = "ayit.example"

_SYSTEMS = (
    ("jwgl", "教务管理系统", "jwc", "school", "brand", _EVERYBODY),
    ("rlzy", "人力资源管理系统", "rsc", "users", "bronze", _STAFF),
    ("kygl", "科研管理系统", "kyc", "microscope", "green", _STAFF),
    ("cwfw", "财务综合服务", "cwc", "report-money", "red", _EVERYBODY),
    ("zcgl", "资产管理系统", "gyzcglc", "building-warehouse", "plum", _STAFF),
    ("xggl", "学工管理系统", "xsgzc", "id-badge-2", "bronze", _EVERYBODY),
    ("tsg", "图书馆", "tsg", "books", "brand", _EVERYBODY),
    ("wljx", "网络教学平台", "jwc", "device-laptop", "green", _EVERYBODY),
    ("ykt", "一卡通服务", "xxhglzx", "credit-card", "plum", _EVERYBODY),
    ("cggl", "采购管理系统", "gyzcglc", "briefcase", "red", _STAFF),
)


def connected_systems() -> tuple[ConnectedSystemRow, ...]:
    """Return the systems in the order in which they are shown."""
    return tuple(
        ConnectedSystemRow(
            key, name, unit, icon, tone, f"https://{key}.{_DOMAIN}/", audience, place
        )
        for place, (key, name, unit, icon, tone, audience) in enumerate(_SYSTEMS, start=1)
    )
