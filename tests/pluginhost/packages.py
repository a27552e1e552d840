"""A sound service package to spoil in tests."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

MANIFEST = """
schema = 1
id = "room-booking"
version = "1.0.0"
name = "会议室预约"
summary = "校内会议室的预约与审批"
unit = "xzbgs"
audience = ["staff"]
themes = ["office"]
stages = ["staff-work"]
icon = "calendar"
tone = "bronze"
keywords = ["会议", "场地"]
number_prefix = "HY"

[guide]
who = "全体教职工"
duration_days = 1
steps = ["提交申请", "审批"]
[[guide.materials]]
name = "会议通知"
required = false
file = "files/notice.docx"
[[guide.faq]]
q = "可以改期吗？"
a = "可以。"
"""
FORM = json.dumps({"schema": {"type": "object", "properties": {}}, "layout": []})
FLOW = json.dumps({"schema": 1, "flow": []})


def sound_files(**replaced: str | bytes | None) -> dict[str, bytes]:
    """Return the files of a sound package; `None` leaves one out, `__` stands for a dot."""
    files: dict[str, str | bytes | None] = {
        "service.toml": MANIFEST,
        "form.json": FORM,
        "flow.json": FLOW,
        "guide.md": "## 适用范围\n\n全校会议室。\n",
        "files/notice.docx": b"PK",
    }
    files.update({name.replace("__", "."): text for name, text in replaced.items()})
    return {
        name: text.encode() if isinstance(text, str) else text
        for name, text in files.items()
        if text is not None
    }


def zipped(files: Mapping[str, bytes], *, folder: str = "") -> bytes:
    """Return a zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(folder + name, data)
    return buffer.getvalue()


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
