"""Requests that cannot be decoded are answered with 400, never with an error of ours."""

from __future__ import annotations

import pytest

from tongban.testing.browsing import Browser


@pytest.mark.parametrize("path", ["/%ff", "/login?next=%ff", "/assets/%ff.css", "/x%00"])
def test_addresses_that_are_no_text(app: Browser, path: str) -> None:
    response = app.get(path, status=400)
    assert "请求有误" in response.text


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "application/x-www-form-urlencoded; charset=nonsense",
        "application/x-www-form-urlencoded; charset=gbk",
    ],
)
def test_forms_that_cannot_be_read(app: Browser, kind: str) -> None:
    response = app.post("/login", b"username=\xff\xfe", headers={"Content-Type": kind}, status="*")
    assert 400 <= response.status_int < 500


def test_every_answer_carries_its_number_and_the_policy(app: Browser) -> None:
    response = app.get("/%ff", status=400)
    assert response.headers["X-Request-ID"]
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
