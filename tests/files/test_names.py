"""Names of files are safe for every system, for headers and for the eye."""

from __future__ import annotations

import unicodedata
from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.files.names import LONGEST, UNNAMED, clean_name, extension_of
from tongban.files.views import disposition

# Any text at all, with what makes trouble drawn often.
TROUBLE = st.sampled_from([*'/\\:*?"<>|.\u202e\u200b\x00\r\n\t ', "..", "con", ".pdf", "附件"])
NAMES = st.text(max_size=300) | st.lists(TROUBLE | st.text(max_size=4), max_size=60).map("".join)


@given(NAMES)
def test_a_clean_name_is_safe_whatever_it_was(name: str) -> None:
    cleaned = clean_name(name)
    assert cleaned
    assert len(cleaned) <= LONGEST
    assert len(cleaned.encode()) <= 240
    assert not set('<>:"/\\|?*\x00\r\n\u202e\u200b') & set(cleaned)
    assert not any(unicodedata.category(char).startswith("C") for char in cleaned)
    assert cleaned == cleaned.strip(" .")
    assert cleaned.partition(".")[0].lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
    assert clean_name(cleaned) == cleaned


@given(
    st.text(alphabet="课程作业材料abc 0123", min_size=1, max_size=300),
    st.sampled_from(["pdf", "docx", "jpeg", "7z"]),
)
def test_cutting_keeps_the_extension(stem: str, extension: str) -> None:
    cleaned = clean_name(f"{stem}.{extension}")
    if stem.strip():
        assert extension_of(cleaned) == extension


@given(NAMES)
def test_the_header_gives_back_the_name_and_cannot_be_broken(name: str) -> None:
    cleaned = clean_name(name)
    header = disposition("attachment", cleaned)
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    message = Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"
    assert unquote(header.partition("filename*=UTF-8''")[2]) == cleaned


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("报销单.pdf", "报销单.pdf"),
        ("C:\\Users\\lin\\桌面\\报销单.pdf", "报销单.pdf"),
        ("../../etc/passwd", "passwd"),
        ("工资\u202efdp.exe", "工资fdp.exe"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("con.txt", "_con.txt"),
        ("", UNNAMED),
        (" . ", UNNAMED),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
    ],
)
def test_examples(given: str, cleaned: str) -> None:
    assert clean_name(given) == cleaned


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.PDF", "pdf"), ("a.tar.gz", "gz"), (".bashrc", ""), ("a", ""), ("a.不是", ""), ("a.", "")],
)
def test_extensions(name: str, extension: str) -> None:
    assert extension_of(name) == extension
