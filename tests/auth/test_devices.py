"""Names of devices that their owners recognise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.auth.devices import device_icon, device_name

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Chrome · Windows"),
        (WINDOWS + " Edg/126.0", "Edge · Windows"),
        (IPHONE, "Safari · iPhone"),
        (IPHONE + " MicroMessenger/8.0", "微信 · iPhone"),
        (IPHONE + " AliApp(DingTalk/7.5)", "钉钉 · iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Firefox · Linux",
        ),
        ("curl/8.8", "未知设备"),
        ("", "未知设备"),
    ],
)
def test_a_device_is_named_as_people_call_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


@given(st.text())
def test_any_agent_has_a_name_and_an_icon(agent: str) -> None:
    assert device_name(agent)
    assert device_icon(agent) in ("device-mobile", "device-desktop")
