"""What the sign-in page says, in the words of the house."""

from __future__ import annotations

import math

from tongban.auth.attempts import Limits

SWITCHED_OFF = "该账号已停用，请联系所在部门信息管理员。"
CHECK_BROKEN = "登录检查暂时无法完成，请稍后重试。"
EXPIRED = "登录已失效，请重新登录。"


def failed(limits: Limits) -> str:
    """The one message for a wrong name, a wrong password and an account not yet activated."""
    text = "学号 / 工号或密码不正确"
    if limits.failures_before_lock > 0:
        minutes = _span(limits.lock.total_seconds())
        text += f"，连续输错 {limits.failures_before_lock} 次将锁定 {minutes}"
    return text + "。"


def locked(seconds: int, phone: str) -> str:
    """The name is locked for so long."""
    return f"密码连续输错次数过多，该账号已锁定，请 {_span(seconds)}后再试{_or_call(phone)}。"


def throttled(seconds: int, phone: str) -> str:
    """The address is throttled for so long."""
    return f"您所在网络的登录失败次数过多，请 {_span(seconds)}后再试{_or_call(phone)}。"


def _or_call(phone: str) -> str:
    return f"，或致电 {phone}" if phone else ""


def _span(seconds: float) -> str:
    minutes = max(1, math.ceil(seconds / 60))
    if minutes <= 120:
        return f"{minutes} 分钟"
    return f"{math.ceil(minutes / 60)} 小时"
