"""Why an act was refused, in words for the person who tried it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tongban.toolkit import Refusal

MAX_OPINION = 1000
MAX_FORM_BYTES = 500_000

DECISIONS = {
    "approve": "同意",
    "reject": "驳回",
    "return": "退回",
    "handle": "办理完成",
    "submit": "提交",
    "withdraw": "撤回",
    "cancel": "作废",
}


class EngineError(Refusal):
    """An act that was refused; nothing was stored. `status` is the HTTP status that fits."""


class BrokenEngine(RuntimeError):
    """The engine found its own rows in a state that cannot be; a fault of the program."""


class CaseNotFound(EngineError):
    """There is no such case."""

    status = 404
    title = "没有找到该办件"

    def __init__(self) -> None:
        super().__init__("办件不存在，请从任务中心重新进入")


class TaskNotFound(EngineError):
    """There is no such task."""

    status = 404
    title = "没有找到该任务"

    def __init__(self) -> None:
        super().__init__("任务不存在，请从任务中心重新进入")


class NotYours(EngineError):
    """The task or the case belongs to somebody else."""

    status = 403
    title = "这不是您的任务"

    def __init__(self, text: str = "该任务不由您办理") -> None:
        super().__init__(text)


class ActNotOffered(EngineError):
    """The step does not offer this act."""

    status = 403
    title = "该步骤不能这样操作"

    def __init__(self, step: str, act: str) -> None:
        super().__init__(f"「{step}」不能{DECISIONS.get(act, act)}")


class Clash(EngineError):
    """Somebody was faster, or the same request came twice; replays are told apart from it."""

    status = 409
    title = "内容已发生变化"


class AlreadyDecided(Clash):
    """The task was decided: by whom (`who`), when (aware UTC), and how (`decision`)."""

    title = "任务已被处理"

    def __init__(self, who: str, when: datetime | None, decision: str) -> None:
        super().__init__(f"{who or '系统'}已{DECISIONS.get(decision, '处理')}，您无需再处理")
        self.who = who
        self.when = when
        self.decision = decision


class FormChanged(Clash):
    """The form was changed by somebody after the page was opened."""

    title = "表单已被修改"

    def __init__(self) -> None:
        super().__init__("您打开页面后表单被他人修改过，请刷新后再操作")


class NotAllowedNow(Clash):
    """The case is not in a state that allows the act."""

    title = "现在不能这样操作"


class RequestReused(EngineError):
    """The request id was used for another act of the case."""

    status = 409
    title = "页面已过期"

    def __init__(self) -> None:
        super().__init__("该页面已提交过，请刷新后再操作")


class NobodyToAssign(EngineError):
    """Nobody can be found for the next step (`step`)."""

    status = 409
    title = "找不到下一步的办理人"

    def __init__(self, step: str) -> None:
        super().__init__(f"「{step}」找不到办理人，内容未提交，请联系事项所属部门")
        self.step = step


class OpinionRequired(EngineError):
    """The act needs an opinion."""

    status = 422
    title = "请填写意见"

    def __init__(self, act: str) -> None:
        super().__init__(f"{DECISIONS.get(act, '该操作')}时请写明原因")


class OpinionTooLong(EngineError):
    """The opinion is longer than can be kept."""

    status = 422
    title = "意见过长"

    def __init__(self) -> None:
        super().__init__(f"意见不超过 {MAX_OPINION} 字")


class FieldsMissing(EngineError):
    """Fields the step requires are empty; `fields` names them."""

    status = 422
    title = "有必填内容未填写"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__("请填写必填的内容")
        self.fields = tuple(fields)


class FormTooLarge(EngineError):
    """The form is larger than can be kept."""

    status = 422
    title = "表单内容过多"

    def __init__(self) -> None:
        super().__init__(f"表单内容不超过 {MAX_FORM_BYTES // 1000} KB")


class FormUnreadable(EngineError):
    """The form holds something that cannot be stored."""

    status = 422
    title = "表单内容有误"

    def __init__(self) -> None:
        super().__init__("表单里有无法保存的字符或数字")


class BadRequestId(EngineError):
    """The request id is missing or malformed."""

    status = 422
    title = "页面已失效"

    def __init__(self) -> None:
        super().__init__("请刷新页面后再提交")
