"""What a browser says of itself, in words that its owner recognises."""

from __future__ import annotations

# The first that fits counts: DingTalk and WeChat also call themselves Chrome or Safari, Edge
# calls itself Chrome, and everything on a Mac or iPhone calls itself Safari.
_BROWSERS = (
    ("DingTalk", "钉钉"),
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("360", "360 浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"),
    ("OpenHarmony", "鸿蒙"),
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
_HANDHELD = frozenset({"iPhone", "iPad", "Android", "鸿蒙"})


def device_name(user_agent: str) -> str:
    """Return `Chrome · Windows`, or what is known of it."""
    found = [name for name in (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)) if name]
    return " · ".join(found) or "未知设备"


def device_icon(user_agent: str) -> str:
    """Return the icon of the kind of device."""
    system = _first(_SYSTEMS, user_agent)
    return "device-mobile" if system in _HANDHELD else "device-desktop"


def _first(known: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
