"""Forms as a page shows them, and what an ill-meaning or unlucky person may put into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, urlsplit

from hypothesis import strategies as st

_TEXTUAL = frozenset({"text", "search", "email", "tel", "number", "date", "url", "textarea"})
_LONG = 70_000

NASTY = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud83d",
    "\ufeff\u202e倒写\u200b",
    "👩‍👩‍👧‍👦🇨🇳",
    "e\u0301" * 40,
    "'; DROP TABLE person; --",
    "%' OR 1=1 --",
    "%_\\",
    '"><script>alert(1)</script>',
    "${python: 1/0} <tal:x/> &amp; &#0;",
    "{{7*7}}",
    "../../../../etc/passwd",
    "javascript:alert(1)",
    "-1",
    "0",
    "９９９",
    "٣",
    "1e999",
    "NaN",
    "99999999999999999999999999",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "\r\n\r\nSet-Cookie: x=1",
    "true",
    "[]",
    '{"a": 1}',
    "长" * 5_000,
    "x" * _LONG,
)

texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text(st.characters(categories=("Cs", "Cc", "Cf", "Co")), max_size=8),
)


@dataclass(frozen=True)
class Field:
    """One control: its name, what it holds, and what it offers."""

    name: str
    kind: str
    value: str
    options: tuple[str, ...] = ()
    readonly: bool = False

    @property
    def is_textual(self) -> bool:
        """Whether a person types into it."""
        return self.kind in _TEXTUAL and not self.readonly

    @property
    def is_hidden(self) -> bool:
        """Whether a person cannot change what it holds."""
        return self.kind in ("hidden", "button", "submit") or self.readonly


@dataclass(frozen=True)
class PageForm:
    """A form of a page."""

    page: str
    action: str
    method: str
    fields: tuple[Field, ...]

    @property
    def has_files(self) -> bool:
        """Whether it takes files."""
        return any(field.kind == "file" for field in self.fields)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its controls, each once."""
        return tuple(sorted({field.name for field in self.fields}))


def forms_of(address: str, page: Any) -> list[PageForm]:
    """Return the forms of a page."""
    return [
        PageForm(
            address,
            str(form.get("action") or urlsplit(address).path),
            str(form.get("method") or "get").lower(),
            tuple(fields_of(form)),
        )
        for form in page.html.select("form")
    ]


def fields_of(form: Any) -> list[Field]:
    """Return the named controls of a form's markup."""
    return [
        _field(tag)
        for tag in form.select("input[name], textarea[name], select[name], button[name]")
    ]


def _field(tag: Any) -> Field:
    if tag.name == "textarea":
        return Field(tag["name"], "textarea", tag.get_text().removeprefix("\n"))
    if tag.name == "select":
        options = tuple(str(option.get("value", "")) for option in tag.select("option"))
        chosen = tag.select_one("option[selected]") or tag.select_one("option")
        return Field(tag["name"], "select", str(chosen["value"]) if chosen else "", options)
    kind = "button" if tag.name == "button" else str(tag.get("type") or "text").lower()
    return Field(
        tag["name"], kind, str(tag.get("value") or ""), readonly=tag.get("readonly") is not None
    )


Pairs = list[tuple[str, str]]


@st.composite
def entries(draw: st.DrawFn, form: PageForm) -> Pairs:
    """What is sent: some controls as they were, some with anything, some not at all."""
    found: Pairs = []
    buttons = [field for field in form.fields if field.kind in ("button", "submit")]
    for field in form.fields:
        if field in buttons or field.kind == "file":
            continue
        if field.name == "csrf_token":
            found.append((field.name, field.value))
            continue
        match draw(st.integers(0, 9)):
            case 0:
                continue
            case 1 | 2 | 3:
                offered = field.options or (field.value,)
                found.append((field.name, draw(st.sampled_from(offered))))
            case 4:
                found += [(field.name, draw(texts)), (field.name, draw(texts))]
            case _:
                found.append((field.name, draw(texts)))
    if buttons:
        pressed = draw(st.sampled_from(buttons))
        found.append((pressed.name, draw(st.one_of(st.just(pressed.value), texts))))
    return found


uploads = st.tuples(
    st.one_of(
        st.sampled_from(
            ("照片.png", "a.exe", "../../x.txt", "x" * 300 + ".png", ".png", "a\x00.png")
        ),
        st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=20),
    ),
    st.one_of(st.just(b"\x89PNG\r\n\x1a\n"), st.just(b""), st.binary(max_size=200)),
)


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    """Return pairs as a query, surrogates as the bytes that no decoder takes."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)


def _quoted(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")


def is_decodable(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether everything sent is text at all."""
    return not any("\ud800" <= one <= "\udfff" for _name, value in pairs for one in value)
