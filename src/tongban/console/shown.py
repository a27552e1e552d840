"""Words that the console's pages show for stored states."""

from __future__ import annotations

STATUS_TAGS = {
    ("active", "active"): ("ok", "在校"),
    ("active", "inactive"): ("warn", "待激活"),
    ("active", "disabled"): ("bad", "已停用"),
    ("active", ""): ("", "无账号"),
    ("left", ""): ("", "已离校"),
}


def status_tag(status: str, account_status: str) -> tuple[str, str]:
    """Return tone and text of a person's state."""
    if status == "left":
        return STATUS_TAGS[("left", "")]
    return STATUS_TAGS.get((status, account_status), ("", account_status))
