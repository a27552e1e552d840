"""How times, money and personal data are shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tongban import clock
from tongban.web.formats import Formats, mask_document, mask_email, mask_phone

FORMATS = Formats("Asia/Shanghai")
NOON = datetime(2026, 9, 16, 4, 0, tzinfo=UTC)  # Wednesday, 12:00 on campus


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(minutes=5), "今天 11:55"),
        (timedelta(hours=13), "昨天 23:00"),
        (timedelta(days=2), "周一 12:00"),
        (timedelta(days=7), "09-09 12:00"),
        (timedelta(days=400), "2025-08-12"),
    ],
)
def test_times_are_near_or_dated(before: timedelta, shown: str) -> None:
    with clock.travel(to=NOON):
        assert FORMATS.short_time(NOON - before) == shown


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(days=2, hours=1), ("ok", "剩 2 天")),
        (timedelta(hours=6, minutes=1), ("warn", "剩 6 小时")),
        (-timedelta(hours=1, minutes=5), ("bad", "已超时 1 小时")),
    ],
)
def test_time_limits_carry_their_tone(left: timedelta, shown: tuple[str, str]) -> None:
    with clock.travel(to=NOON):
        assert FORMATS.left(NOON + left) == shown


def test_times_are_shown_on_the_campus_clock() -> None:
    assert FORMATS.time(datetime(2026, 9, 15, 20, 30, tzinfo=UTC)) == "2026-09-16 04:30"
    assert FORMATS.long_date(NOON) == "2026 年 9 月 16 日"
    assert FORMATS.weekday(NOON) == "星期三"


def test_money_is_exact() -> None:
    assert FORMATS.money(Decimal("486000")) == "¥ 486,000.00"
    assert FORMATS.money("0.1") == "¥ 0.10"
    assert FORMATS.money(None) == ""


@pytest.mark.parametrize(
    ("size", "shown"), [(500, "500 B"), (190_464, "186 KB"), (1_887_437, "1.8 MB")]
)
def test_sizes(size: int, shown: str) -> None:
    assert FORMATS.size(size) == shown


def test_personal_data_is_masked() -> None:
    assert mask_phone("13900002864") == "139****2864"
    assert mask_phone(None) == ""
    assert mask_document("11010519491231002X") == "110***********002X"
    assert mask_email("zhang@ayit.edu.cn") == "z***@ayit.edu.cn"
