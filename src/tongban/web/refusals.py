"""Refusals: what a person is told when a request cannot be done, in house style."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is refused for a reason the person should read.

    `title` says what happened, `text` what to do about it. Raising it rolls the transaction back.
    """

    status = 400
    title = "无法完成操作"

    def __init__(self, text: str = "", *, title: str = "", status: int = 0) -> None:
        super().__init__(text or title or self.title)
        self.text = text
        self.title = title or self.title
        self.status = status or self.status


class NotFoundHere(Refusal):
    """There is no such thing, or the person may not know of it."""

    status = 404
    title = "没有找到该内容"


class Forbidden(Refusal):
    """The person lacks a permission; the text says which."""

    status = 403
    title = "没有权限"


class Conflict(Refusal):
    """Somebody else was faster, or the thing is no longer in a state that allows it."""

    status = 409
    title = "内容已发生变化"


class Gone(Refusal):
    """The feature is switched off."""

    status = 404
    title = "该功能已停用"


class FieldRefused(Refusal):
    """What was entered in one field cannot be; views show `text` at the field (422)."""

    status = 422
    title = "填写有误"

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field
