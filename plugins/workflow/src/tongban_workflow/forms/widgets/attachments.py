"""file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from tongban_workflow.forms.fields import Field
from tongban_workflow.forms.found import Found
from tongban_workflow.forms.widgets.widget import Entered, Shown, Unreadable, Widget, types_of

EXTENSIONS = (
    "pdf",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "ppt",
    "pptx",
    "jpg",
    "jpeg",
    "png",
    "zip",
    "txt",
)
DEFAULT_EXTENSIONS = ("pdf", "doc", "docx", "xls", "xlsx", "jpg", "jpeg", "png")
MAX_BYTES = 5 * 1024 * 1024
MAX_FILES = 20


def new_control(name: str) -> str:
    """Return the name of the control that new files come with."""
    return name + ".new"


class Files(Widget):
    """`file`: files stored when they are sent; the value is the list of their ids."""

    name = "file"
    settings: ClassVar[frozenset[str]] = frozenset({"accept"})
    missing = "请上传附件"
    lookup = "file"
    full: ClassVar[bool] = True

    def check(self, item: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[str]:
        """The value is a list of ids; the endings are ones that the content can be checked for."""
        items = schema.get("items")
        if types_of(schema) != {"array"} or not isinstance(items, Mapping):
            yield 'schema 应为 {"type": "array", "items": {"type": "string", "format": "uuid"}}'
        accept = item.get("accept", list(DEFAULT_EXTENSIONS))
        if not isinstance(accept, list) or not accept:
            yield "accept 应列出允许的扩展名"
        elif [one for one in accept if one not in EXTENSIONS]:
            yield "accept 可用 " + "、".join(EXTENSIONS)

    def entered(self, field: Field, value: Any, found: Found) -> dict[str, list[str]]:
        """Return the ids."""
        listed = value if isinstance(value, list) else []
        return {field.name: [str(one) for one in listed]}

    def read(self, field: Field, entered: Entered, found: Found) -> list[str] | None:
        """Return the ids of the files that this person may put into the form, in order."""
        ids = [one for one in dict.fromkeys(entered.get(field.name, ())) if one]
        kept = [one for one in ids if one in found.files]
        if len(kept) < len(ids):
            raise Unreadable("有附件已失效，请重新上传")
        if len(kept) > MAX_FILES:
            raise Unreadable(f"最多上传 {MAX_FILES} 个文件")
        return kept or None

    def show(self, field: Field, value: Any, found: Found) -> Shown:
        """Return the files that still exist."""
        listed = value if isinstance(value, list) else []
        files = [found.files[str(one)] for one in listed if str(one) in found.files]
        return Shown(f"{len(listed)} 个附件", files=files)
