"""How values are shown to people: times of the campus, money, sizes, masks."""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from tongban import clock

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_KIB = 1024


class Formats:
    """Formatting for one campus, in its time zone (`DESIGN`: 今天 / 昨天 / 周二 within a week)."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)

    def local(self, moment: datetime) -> datetime:
        """Return the moment on the campus's clock."""
        return moment.astimezone(self.zone)

    def today(self) -> dt.date:
        """Return today's date on campus."""
        return self.local(clock.now()).date()

    def date(self, day: dt.date | datetime | None) -> str:
        """2024-09-14."""
        if day is None:
            return ""
        return (self.local(day) if isinstance(day, datetime) else day).strftime("%Y-%m-%d")

    def long_date(self, day: dt.date | datetime) -> str:
        """2024 年 9 月 14 日, for prose."""
        day = self.local(day) if isinstance(day, datetime) else day
        return f"{day.year} 年 {day.month} 月 {day.day} 日"

    def weekday(self, day: dt.date | datetime) -> str:
        """星期六, for the greeting."""
        day = self.local(day) if isinstance(day, datetime) else day
        return "星期" + _WEEKDAYS[day.weekday()][1]

    def time(self, moment: datetime | None) -> str:
        """2024-09-14 12:08."""
        return "" if moment is None else self.local(moment).strftime("%Y-%m-%d %H:%M")

    def short_time(self, moment: datetime | None) -> str:
        """今天 12:08, 昨天 16:55, 周二 10:39, 09-12 15:10, 2023-09-12."""
        if moment is None:
            return ""
        there = self.local(moment)
        days = (self.today() - there.date()).days
        if days == 0:
            return there.strftime("今天 %H:%M")
        if days == 1:
            return there.strftime("昨天 %H:%M")
        if 1 < days < 7:
            return f"{_WEEKDAYS[there.weekday()]} {there:%H:%M}"
        if there.year == self.today().year:
            return there.strftime("%m-%d %H:%M")
        return there.strftime("%Y-%m-%d")

    def iso(self, moment: datetime | dt.date | None) -> str:
        """Machine-readable time for `<time datetime>`."""
        if moment is None:
            return ""
        return (
            moment.astimezone(UTC).isoformat(timespec="seconds")
            if isinstance(moment, datetime)
            else moment.isoformat()
        )

    def left(self, due: datetime | None) -> tuple[str, str]:
        """Return tone and text of a time limit: ('ok', '剩 2 天'), ('bad', '已超时 1 小时')."""
        if due is None:
            return ("idle", "")
        seconds = (due - clock.now()).total_seconds()
        text = _span(abs(seconds))
        if seconds < 0:
            return ("bad", f"已超时 {text}")
        return ("warn" if seconds < 86_400 else "ok", f"剩 {text}")

    def money(self, amount: Decimal | float | int | str | None) -> str:
        """¥ 486,000.00."""
        return "" if amount in (None, "") else f"¥ {Decimal(str(amount)):,.2f}"

    def number(self, value: int) -> str:
        """13,939."""
        return f"{value:,}"

    def size(self, size: int) -> str:
        """186 KB, 1.8 MB."""
        if size < _KIB:
            return f"{size} B"
        if size < _KIB * _KIB:
            return f"{size / _KIB:.0f} KB"
        return f"{size / _KIB / _KIB:.1f} MB"


def _span(seconds: float) -> str:
    if seconds >= 86_400:
        return f"{seconds // 86_400:.0f} 天"
    if seconds >= 3_600:
        return f"{seconds // 3_600:.0f} 小时"
    return f"{max(seconds // 60, 1):.0f} 分钟"


def mask_phone(phone: str | None) -> str:
    """139****2864."""
    if not phone:
        return ""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def mask_document(number: str | None) -> str:
    """First three and last four characters of an ID number, the rest hidden."""
    if not number:
        return ""
    return number[:3] + "*" * max(len(number) - 7, 4) + number[-4:]


def mask_email(address: str) -> str:
    """z***@ayit.edu.cn."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}" if at else ""
