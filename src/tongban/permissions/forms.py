"""Input of roles and grants."""

from __future__ import annotations

from datetime import date

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tongban.web.forms import Form


class RoleForm(Form):
    """A role of the school's own."""

    name = StringField(
        "角色名称", [InputRequired("请填写角色名称"), Length(max=40, message="名称不超过 40 字")]
    )
    key = StringField(
        "角色标识",
        [
            InputRequired("请填写角色标识"),
            Regexp(
                r"^[a-z][a-z0-9_-]{1,38}$",
                message="标识以小写字母开头，由小写字母、数字、连字符和下划线组成，2 至 39 个字符",
            ),
        ],
    )
    description = StringField("说明", [Length(max=200, message="说明不超过 200 字")])


class GrantForm(Form):
    """A role for a person on a unit; the view sets the choices of role and unit."""

    role = SelectField("角色", validate_choice=True)
    number = StringField("学号或工号", [Optional(), Length(max=32, message="不超过 32 个字符")])
    position_id = SelectField("岗位", validate_choice=True)
    unit_id = SelectField("授权部门", validate_choice=True)
    reaches_subtree = BooleanField("包含下级部门")
    ends_on = DateField("到期日期", [Optional()])

    def last_day(self) -> date | None:
        """Return the last day on which the grant holds, None for no end."""
        day: date | None = self.ends_on.data
        return day
