"""Audit events as CSV that opens in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tongban.audit.titles import OUTCOMES, action_title

if TYPE_CHECKING:
    from tongban.web.formats import Formats

# Without it Excel reads Chinese text in the code page of the machine.
_BYTE_ORDER_MARK = "\ufeff"

_HEADINGS = (
    "编号",
    "时间",
    "人员",
    "操作",
    "操作代码",
    "对象类型",
    "对象编号",
    "对象名称",
    "结果",
    "地址",
    "请求编号",
)


def as_csv(rows: Iterable[Any], formats: Formats) -> bytes:
    """Return rows of `search.exported` as UTF-8 CSV with headings; times are the campus's."""
    out = io.StringIO(_BYTE_ORDER_MARK)
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    writer.writerow(_HEADINGS)
    for row in rows:
        values = (
            row.id,
            formats.local(row.at).strftime("%Y-%m-%d %H:%M:%S"),
            row.actor or "系统",
            action_title(row.action),
            row.action,
            row.object_type,
            row.object_id,
            row.object_name,
            OUTCOMES.get(row.outcome, ("", row.outcome))[1],
            row.address,
            row.request_id,
        )
        writer.writerow([harmless(value) for value in values])
    return out.getvalue().encode()


def harmless(value: object) -> str:
    """Return a cell that no spreadsheet program takes for a formula (OWASP: CSV injection)."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
