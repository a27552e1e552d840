"""Health, readiness and metrics, for whoever watches the service."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from webtest import TestApp

from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import Campus
from tongban.web.runtime import Runtime


def test_a_living_process_says_so(app: Browser) -> None:
    assert app.get("/healthz").json == {"status": "ok"}


def test_ready_means_a_migrated_database(app: Browser) -> None:
    assert app.get("/readyz").json["checks"] == {"database": "ok", "migrations": "ok"}


def test_an_unreachable_database_is_not_ready(make_own_runtime: Callable[..., Runtime]) -> None:
    runtime = make_own_runtime()
    browser = make_test_app(runtime)
    runtime.engine.dispose()
    runtime.engine = type(runtime.engine)(
        runtime.engine.pool.__class__(_refuse), runtime.engine.dialect, runtime.engine.url
    )
    answer = browser.get("/readyz", status=503).json
    assert answer["status"] == "unready"
    assert browser.get("/healthz").json == {"status": "ok"}


def _refuse() -> None:
    raise OSError("no database")


def test_metrics_count_requests_by_route(app: Browser) -> None:
    app.get("/healthz")
    text = app.get("/metrics").text
    assert 'tongban_responses_total{route="tongban.healthz",status="2xx"}' in text
    assert "tongban_oldest_ready_job_seconds" in text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_metrics_with_a_token_are_for_its_holder(
    make_own_runtime: Callable[..., Runtime], headers: dict[str, str]
) -> None:
    browser = make_test_app(make_own_runtime(TONGBAN_WEB_METRICS_TOKEN="a-long-token"))
    browser.get("/metrics", headers=headers, status=303)
    browser.get("/metrics", headers={"Authorization": "Bearer a-long-token"}, status=200)


def test_metrics_without_a_token_stay_on_this_machine(app: Browser) -> None:
    app.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}, status=303)
    stranger = TestApp(app.app, extra_environ={"REMOTE_ADDR": "203.0.113.9"})
    stranger.get("/metrics", status=303)


def test_without_plugins_people_land_on_a_plain_start_page(app: Browser, campus: Campus) -> None:
    """KN-1: with every plugin off the kernel still serves its people."""
    page = app.sign_in(campus.person("林知远"))
    assert "林知远，您好" in page.text
    assert "登录与设备" in page.text


def test_an_error_page_shows_the_number_that_the_log_repeats(app: Browser) -> None:
    page = app.get("/no-such-page", headers={"X-Request-ID": "abc12345-number"}, status=404)
    assert "没有找到该页面" in page.text
    assert "abc12345-number" in page.text
    assert page.headers["X-Request-ID"] == "abc12345-number"


def test_a_made_up_number_is_not_taken_over(app: Browser) -> None:
    page = app.get(
        "/no-such-page", headers={"X-Request-ID": "<script>alert(1)</script>"}, status=404
    )
    assert "<script>alert" not in page.text
    assert len(page.headers["X-Request-ID"]) == 16
