"""What can be wrong with an expression."""

from __future__ import annotations


class ExpressionFault(Exception):
    """An expression that cannot be accepted.

    `message` is Chinese, for the person who writes the flow; `position` is the character it is
    about, counted from 1.
    """

    def __init__(self, message: str, position: int = 1) -> None:
        super().__init__(f"{message}（第 {position} 个字符）")
        self.message = message
        self.position = position


class ValueFault(Exception):
    """The values met while running do not fit the operation; becomes the verdict's fault."""
