"""Input of people."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tongban.users.checking import PersonInput
from tongban.users.documents import DOCUMENT_TYPES
from tongban.web.forms import Form, choices

KIND_TITLES = {"staff": "教职工", "student": "学生"}
SEX_TITLES = {"unknown": "未填写", "male": "男", "female": "女"}


class PersonForm(Form):
    """A person. The unit's choices are set by the view: those the editor reaches."""

    number = StringField(
        "学号或工号",
        [
            InputRequired("请填写学号或工号"),
            Length(max=32, message="学号或工号不超过 32 个字符"),
            Regexp(r"^[A-Za-z0-9][A-Za-z0-9_-]*$", message="学号或工号由字母、数字组成"),
        ],
    )
    name = StringField(
        "姓名", [InputRequired("请填写姓名"), Length(max=60, message="姓名不超过 60 字")]
    )
    kind = SelectField("人员类别", choices=choices(KIND_TITLES.items()))
    sex = SelectField("性别", choices=choices(SEX_TITLES.items()))
    unit_id = SelectField("所在部门", validate_choice=True)
    grade = StringField("年级", [Length(max=8, message="年级不超过 8 个字符")])
    title = StringField("职称或职务", [Length(max=40, message="职称或职务不超过 40 字")])
    email = StringField(
        "电子邮箱",
        [
            Optional(),
            Length(max=120, message="电子邮箱不超过 120 个字符"),
            Regexp(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", message="电子邮箱格式有误，例如 z@ayit.edu.cn"),
        ],
    )
    phone = StringField(
        "手机号",
        [Optional(), Regexp(r"^1[3-9][0-9]{9}$", message="手机号应为 11 位数字")],
    )
    document_type = SelectField("证件类型", choices=choices(DOCUMENT_TYPES.items()))
    document_number = StringField("证件号码", [Length(max=40, message="证件号码不超过 40 个字符")])

    def given(self, *, keep_secrets: bool) -> PersonInput:
        """Return what was entered; empty phone and document stay as stored if `keep_secrets`."""
        empty = None if keep_secrets else ""
        return PersonInput(
            number=self.number.data or "",
            name=self.name.data or "",
            kind=self.kind.data,
            unit_id=int(self.unit_id.data),
            sex=self.sex.data,
            grade=self.grade.data or "",
            title=self.title.data or "",
            email=self.email.data or "",
            phone=self.phone.data or empty,
            document_type=self.document_type.data,
            document_number=self.document_number.data or empty,
        )
