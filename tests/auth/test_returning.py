"""Where signing in may lead: to own pages and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tongban.auth.returning import safe_return_path

BASE = "https://hall.example.edu.cn/login"


def as_browsers_read(location: str) -> str:
    """Return the host a browser would go to: it drops tabs and breaks, and `\\` is `/` to it."""
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33)))))
    return urlsplit(urljoin(BASE, text.replace("\\", "/"))).netloc


@given(st.text(max_size=60) | st.text(alphabet="/\\\t\n :@.?#a%", max_size=12).map("/".__add__))
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("\\/evil.example")
@example("https://evil.example/")
@example("javascript:alert(1)")
@example("/\x00/evil.example")
@example("/a\r\nSet-Cookie: x=1")
@example("/​/evil.example")
def test_whatever_is_asked_for_leads_to_no_other_host(text: str) -> None:
    path = safe_return_path(text)
    if path is not None:
        assert path.startswith("/")
        assert as_browsers_read(path) == "hall.example.edu.cn"
        path.encode("ascii")
        assert not re.search(r"[\x00-\x20\x7f\\]", path)


@given(
    st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4),
    st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=8), max_size=3),
)
def test_every_address_of_ours_is_kept(segments: list[str], query: dict[str, str]) -> None:
    own = "/" + "/".join(quote(segment, safe="", errors="replace") for segment in segments)
    if query:
        pairs = (
            quote(k, "", errors="replace") + "=" + quote(v, "", errors="replace")
            for k, v in query.items()
        )
        own += "?" + "&".join(pairs)
    assert safe_return_path(own) == own


@pytest.mark.parametrize("text", [None, "", "items", "?next=/", "/" + "a" * 2_000])
def test_what_is_no_path_is_left_out(text: str | None) -> None:
    assert safe_return_path(text) is None
