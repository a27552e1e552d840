"""Input of units, posts and appointments."""

from __future__ import annotations

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tongban.orgs.positions import RANK_TITLES
from tongban.orgs.tree import KIND_TITLES
from tongban.orgs.units import UnitInput
from tongban.web.forms import Form, choices


class UnitForm(Form):
    """A unit."""

    name = StringField(
        "名称", [InputRequired("请填写部门名称"), Length(max=80, message="名称不超过 80 字")]
    )
    short_name = StringField("简称", [Length(max=40, message="简称不超过 40 字")])
    kind = SelectField("类型", choices=choices(KIND_TITLES.items()))
    code = StringField(
        "代码",
        [
            Optional(),
            Length(max=40, message="代码不超过 40 个字符"),
            Regexp(r"^[a-z0-9][a-z0-9-]*$", message="代码由小写字母、数字和连字符组成"),
        ],
    )
    phone = StringField("电话", [Length(max=40, message="电话不超过 40 个字符")])
    place = StringField("地点", [Length(max=80, message="地点不超过 80 字")])

    def given(self) -> UnitInput:
        """Return what was entered."""
        return UnitInput(
            name=self.name.data or "",
            kind=self.kind.data,
            short_name=self.short_name.data or "",
            code=self.code.data or "",
            phone=self.phone.data or "",
            place=self.place.data or "",
        )


class PositionForm(Form):
    """A post."""

    name = StringField(
        "岗位名称", [InputRequired("请填写岗位名称"), Length(max=60, message="名称不超过 60 字")]
    )
    rank = SelectField("级别", choices=choices(RANK_TITLES.items()))


class AppointForm(Form):
    """Giving somebody a post."""

    number = StringField("学号或工号", [InputRequired("请填写学号或工号")])
    starts_on = DateField("任职日期", [Optional()])
    is_main = BooleanField("作为主要岗位")
