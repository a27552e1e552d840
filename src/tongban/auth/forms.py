"""The sign-in form."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from tongban.auth.passwords import MOST_CHARACTERS
from tongban.web.forms import Form


class _UntouchedPasswordField(PasswordField):
    """A password as it was typed: blanks at its ends may belong to it."""

    def __init__(self, label: str, *, filters: Any = (), **options: Any) -> None:
        super().__init__(label, **options)


class LoginForm(Form):
    """学号 or 工号 and password."""

    username = StringField(
        "学号 / 工号",
        [DataRequired("请输入学号或工号"), Length(max=64, message="学号或工号过长")],
    )
    password = _UntouchedPasswordField(
        "密码",
        validators=[
            InputRequired("请输入密码"),
            Length(max=MOST_CHARACTERS, message=f"密码不超过 {MOST_CHARACTERS} 个字符"),
        ],
    )
    keep = BooleanField("7 天内在本机免登录")
    next = HiddenField("")
