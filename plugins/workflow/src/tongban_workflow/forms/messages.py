"""Chinese messages for what a schema refuses: what is wrong, then what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tongban_workflow.forms.amounts import plain_text
from tongban_workflow.forms.fields import Field

CONTRADICTORY = "填写的内容之间有矛盾，请核对后再提交"
UNFIT = "内容不符合要求，请对照说明修改"

_FORMATS = {
    "date": "日期有误，请写成 2024-09-14 的样子",
    "time": "时间有误，请写成 14:30:00 的样子",
    "date-time": "日期时间有误",
    "email": "邮箱地址有误，请写成 name@example.com 的样子",
    "idn-email": "邮箱地址有误，请写成 name@example.com 的样子",
    "uri": "网址有误，请写完整，如 https://www.example.com",
    "ipv4": "IP 地址有误，请写成 10.0.0.1 的样子",
    "ipv6": "IPv6 地址有误",
    "hostname": "主机名有误",
    "uuid": "内容有误，请重新选择",
}
_TYPES = {
    "string": "请填写文字",
    "number": "请填写数字",
    "integer": "请填写整数",
    "boolean": "请选择是或否",
    "array": "内容有误，请重新选择",
}


def explain(field: Field, kind: Any) -> str:
    """Return what to tell about an error of this kind at the field (or at an entry of it)."""
    tell = _TELL.get(str(kind.name))
    return tell(field, kind) if tell else UNFIT


def missing(field: Field) -> str:
    """Return what to tell about a value that is needed and not there."""
    return field.widget.missing


def _limit(kind: Any) -> str:
    return plain_text(kind.limit)


def _multiple(_field: Field, kind: Any) -> str:
    step = Decimal(plain_text(kind.multiple_of))
    if step == 1:
        return "请填写整数"
    exponent = step.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < 0 and step == Decimal(1).scaleb(exponent):
        return f"小数最多 {-exponent} 位"
    return f"应是 {step} 的倍数"


def _format(field: Field, kind: Any) -> str:
    return _FORMATS.get(kind.format, UNFIT)


def _pattern(field: Field, kind: Any) -> str:
    if field.widget.name == "phone":
        return "电话号码有误，请填写 11 位手机号码"
    return UNFIT if field.help else "格式不符合要求，请核对后修改"


def _too_few(field: Field, kind: Any) -> str:
    if kind.limit == 1:
        return missing(field)
    return f"至少{_counted(field)} {_limit(kind)} {_unit(field)}"


def _too_many(field: Field, kind: Any) -> str:
    return f"最多{_counted(field)} {_limit(kind)} {_unit(field)}"


def _counted(field: Field) -> str:
    return "上传" if field.widget.lookup == "file" else "选择"


def _unit(field: Field) -> str:
    return "个文件" if field.widget.lookup == "file" else "项"


def _type(field: Field, kind: Any) -> str:
    named = [_TYPES[name] for name in kind.types if name in _TYPES]
    return named[0] if named else UNFIT


_TELL: Mapping[str, Callable[[Field, Any], str]] = {
    "required": lambda field, kind: missing(field),
    "type": _type,
    "minLength": lambda field, kind: f"至少填写 {_limit(kind)} 个字",
    "maxLength": lambda field, kind: f"最多填写 {_limit(kind)} 个字",
    "pattern": _pattern,
    "format": _format,
    "enum": lambda field, kind: "请从列出的选项中选择",
    "const": lambda field, kind: missing(field),
    "minimum": lambda field, kind: f"不能小于 {_limit(kind)}",
    "maximum": lambda field, kind: f"不能大于 {_limit(kind)}",
    "exclusiveMinimum": lambda field, kind: f"应大于 {_limit(kind)}",
    "exclusiveMaximum": lambda field, kind: f"应小于 {_limit(kind)}",
    "multipleOf": _multiple,
    "minItems": _too_few,
    "maxItems": _too_many,
    "uniqueItems": lambda field, kind: "有重复的内容，请去掉",
    "contains": lambda field, kind: "缺少必需的内容，请对照说明修改",
}
