"""Fixed forms: stripped input, Chinese messages, values kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from webob.multidict import MultiDict
from wtforms import IntegerField, StringField, validators

from tongban.web.forms import Form


class Sample(Form):
    name = StringField("姓名", [validators.DataRequired("请输入姓名"), validators.Length(max=10)])
    floor = IntegerField("楼层", [validators.Optional()])


def test_blanks_are_not_an_answer() -> None:
    form = Sample(MultiDict({"name": "  \x00 "}))
    assert not form.validate()
    assert form.messages() == {"name": "请输入姓名"}
    assert form.summary() == [("name", "姓名：请输入姓名")]


def test_what_was_typed_is_shown_again() -> None:
    form = Sample(MultiDict({"name": "王" * 11, "floor": "三楼"}))
    assert not form.validate()
    assert form.values() == {"name": "王" * 11, "floor": "三楼"}
    assert form.messages()["floor"] == "不是有效的整数。"


@given(st.dictionaries(st.sampled_from(["name", "floor", "x"]), st.text(max_size=40)))
def test_no_input_breaks_it(posted: dict[str, str]) -> None:
    form = Sample(MultiDict(posted))
    form.validate()
    assert set(form.values()) == {"name", "floor"}
