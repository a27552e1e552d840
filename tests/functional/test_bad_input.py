"""Bad input: a message at the field, values kept, nothing stored, and never an error page of ours.

Every form of every page, as the page shows it, is filled with anything; so is every query.
"""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from tests.functional.conftest import SignIn
from tests.functional.hostile.crawling import route_of, walk
from tests.functional.hostile.forms import (
    PageForm,
    Pairs,
    encoded,
    entries,
    fields_of,
    forms_of,
    is_decodable,
    texts,
    uploads,
)
from tests.functional.test_containment import apply_for_repair

from tongban.db import Base
from tongban.testing.browsing import Browser
from tongban.web.runtime import Runtime

modestly = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)

WHO = ("operator", "unit_admin", "student")
STARTS = {"operator": ("/", "/console"), "unit_admin": ("/", "/console"), "student": ("/",)}

# What a refused request may leave behind all the same: the record of its being refused.
RECORDS = frozenset({"sign_in_attempt", "plugin_failure", "audit_event", "auth_session"})


Contents = dict[str, list[Any]]
Files = list[tuple[str, bytes]]


@contextmanager
def undone(connection: Connection, runtime: Runtime) -> Iterator[None]:
    """Undo whatever a request did, so that the next finds the same product."""
    with connection.begin_nested() as savepoint:
        yield
        savepoint.rollback()
    runtime.watch.check(now=True)


def twin(browser: Browser) -> Browser:
    """Return a browser with the same cookies, which may be lost."""
    other = browser.another()
    for cookie in browser.cookiejar:
        other.cookiejar.set_cookie(copy.copy(cookie))
    return other


def contents(connection: Connection) -> Contents:
    """Return every row of the tables that a refused request must leave alone."""
    return {
        name: sorted(map(repr, connection.execute(select(table)).all()))
        for name, table in Base.metadata.tables.items()
        if name not in RECORDS
    }


@pytest.fixture
def forms(signed_in: SignIn) -> list[tuple[str, PageForm]]:
    """Every form of the product once, with who may send it."""
    case = apply_for_repair(signed_in("student"))
    found: dict[tuple[str, ...], tuple[str, PageForm]] = {}
    for key in WHO:
        browser = signed_in(key)
        starts = STARTS[key] if key == "unit_admin" else (*STARTS[key], case)
        for address, page in walk(browser, *starts).pages.items():
            if page.status_int == 200 and "html" in page.content_type:
                for form in forms_of(address, page):
                    kind = (route_of(browser, form.action), form.method, *form.names)
                    found.setdefault(kind, (key, form))
    for form in forms_of("/login", signed_in("anonymous").get("/login")):
        found[("auth.login", *form.names)] = ("anonymous", form)
    return list(found.values())


def send(browser: Browser, form: PageForm, pairs: Pairs, files: Files) -> Any:
    if form.method == "get":
        path = form.action.partition("?")[0]
        return browser.get(f"{path}?{encoded(pairs)}", expect_errors=True)
    fields = [field for field in form.fields if field.kind == "file"]
    if not fields or not files:
        return browser.post(
            form.action,
            encoded(pairs).encode(),
            content_type="application/x-www-form-urlencoded",
            expect_errors=True,
        )
    attached = [
        (field.name, name.replace('"', "").replace("\r", "").replace("\n", ""), data)
        for field in fields
        for name, data in files
    ]
    plain = [
        (name, value.encode("utf-8", "surrogatepass").replace(b"\r", b"")) for name, value in pairs
    ]
    return browser.post(form.action, plain, upload_files=attached, expect_errors=True)


def each(examples: st.SearchStrategy[Any], act: Callable[[Any], None]) -> None:
    """Act on a few examples, the same ones in every run."""

    @modestly
    @given(example=examples)
    def hold(example: Any) -> None:
        act(example)

    hold()


class Attempt:
    """Sends one form again and again, and notes what was wrong with the answers."""

    def __init__(
        self,
        browser: Browser,
        form: PageForm,
        connection: Connection,
        runtime: Runtime,
        before: Contents,
    ) -> None:
        self.wrong: list[str] = []
        self.refused: set[str] = set()
        self._browser, self._form = browser, form
        self._connection, self._runtime = connection, runtime
        self._before = before

    def make(self, example: tuple[Pairs, Files]) -> None:
        """Send the form once, and undo what came of it."""
        pairs, files = example
        form = self._form
        with undone(self._connection, self._runtime):
            response = send(twin(self._browser), form, pairs, files if form.has_files else [])
            for fault in self._faults(response, pairs):
                self.wrong.append(f"{fault}: {form.method} {form.action}: {_shown(pairs)}")

    def _faults(self, response: Any, pairs: Pairs) -> Iterator[str]:
        if response.status_int >= 500:
            yield response.status
        if response.status_int == 422:
            self.refused.add(self._form.action)
            after = contents(self._connection)
            yield from _faults(response, self._form, pairs, self._before, after)


def test_any_text_in_any_form(
    forms: list[tuple[str, PageForm]],
    signed_in: SignIn,
    connection: Connection,
    runtime: Runtime,
) -> None:
    assert len(forms) > 30
    wrong: list[str] = []
    refused: set[str] = set()
    before = contents(connection)
    for key, form in forms:
        browser = signed_in(key)

        attempt = Attempt(browser, form, connection, runtime, before)
        examples = st.tuples(entries(form), st.lists(uploads, max_size=2))
        each(examples, attempt.make)
        wrong += attempt.wrong
        refused.update(attempt.refused)
    assert wrong == [], "\n".join(wrong[:20])
    assert len(refused) > 8


def _shown(pairs: Pairs) -> str:
    return ", ".join(f"{name}={value[:30]!a}" for name, value in pairs if name != "csrf_token")


def _faults(
    response: Any,
    form: PageForm,
    pairs: Pairs,
    before: Contents,
    after: Contents,
) -> Iterator[str]:
    if _is_refusal(response) and _tampered(form, pairs):
        return  # what no page sends is refused in house style, there is no form to go back to
    if not any(tag.get_text().strip() for tag in response.html.select("[role=alert]")):
        yield "no summary"
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        yield f"stored in {changed}"
    if is_decodable(pairs):
        yield from (f"lost {name}" for name in _lost(response, form, pairs))


def _is_refusal(response: Any) -> bool:
    fields = [field for form in response.html.select("main form") for field in fields_of(form)]
    return all(field.is_hidden for field in fields)


def _tampered(form: PageForm, pairs: Pairs) -> bool:
    """Whether a control that nobody types into was changed, left out or doubled."""
    hidden = [(field.name, field.value) for field in form.fields if field.is_hidden]
    unpressed = {field.name for field in form.fields if field.kind in ("button", "submit")}
    names = {name for name, _value in hidden}
    sent = [pair for pair in pairs if pair[0] in names]
    return any(pair not in hidden for pair in sent) or any(
        sum(name == one for one, _value in sent) != 1 for name in names - unpressed
    )


def _lost(response: Any, form: PageForm, pairs: Pairs) -> Iterator[str]:
    """Yield the controls in which what was typed is not shown again."""
    shown: dict[str, str] = {}
    for markup in response.html.select("form"):
        for field in fields_of(markup):
            if field.is_textual:
                shown.setdefault(field.name, field.value)
    sent = dict(pairs)
    for field in form.fields:
        typed = sent.get(field.name)
        once = sum(name == field.name for name, _value in pairs) == 1
        if not field.is_textual or typed is None or not once or field.name not in shown:
            continue
        if _plain(typed) != _plain(shown[field.name]):
            yield f"{field.name} ({_plain(shown[field.name])[:30]!a})"


def _plain(text: str) -> str:
    """Return what can be seen of a text: without control characters and spaces."""
    return "".join(one for one in text if unicodedata.category(one)[0] not in "CZ")


def test_any_text_in_any_query_and_any_place_of_an_address(
    signed_in: SignIn, connection: Connection, runtime: Runtime
) -> None:
    case = apply_for_repair(signed_in("student"))
    wrong: list[str] = []
    for key in WHO:
        browser = signed_in(key)
        found = walk(browser, *STARTS[key], *(() if key == "unit_admin" else (case,)))
        names = _query_names(browser, [*found.pages, *found.found_on])
        for address in _one_of_each_route(browser, list(found.pages)):
            path = address.partition("?")[0]
            route = route_of(browser, address)
            known = sorted({"page", "q", "next", *names.get(route, ())})

            def ask(
                example: tuple[Pairs, str, bool], browser: Browser = browser, path: str = path
            ) -> None:
                pairs, place, spoil = example
                short = encoded([("", place[:200])]).removeprefix("=")
                target = f"{path.rpartition('/')[0]}/{short}" if spoil else path
                with undone(connection, runtime):
                    response = twin(browser).get(f"{target}?{encoded(pairs)}", expect_errors=True)
                if response.status_int >= 500:
                    wrong.append(f"{response.status} {target}?{encoded(pairs)[:200]}")

            queries = st.lists(st.tuples(st.sampled_from(known), texts), max_size=4)
            each(st.tuples(queries, texts, st.booleans()), ask)
    assert wrong == [], "\n".join(wrong[:20])


def _one_of_each_route(browser: Browser, addresses: list[str]) -> list[str]:
    return list({route_of(browser, address): address for address in reversed(addresses)}.values())


def _query_names(browser: Browser, addresses: list[str]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for address in addresses:
        _path, _mark, query = address.partition("?")
        found = {pair.partition("=")[0] for pair in query.split("&") if pair}
        names.setdefault(route_of(browser, address), set()).update(found)
    return names


def test_what_is_not_a_form_at_all(signed_in: SignIn, forms: list[tuple[str, PageForm]]) -> None:
    """Broken bodies: cut off, of another type, with controls sent as files."""
    wrong = []
    bodies = (
        (b"", "application/x-www-form-urlencoded"),
        (b"%", "application/x-www-form-urlencoded"),
        (b"\xff\xfe=\xff", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"--x\r\nContent-Disposition: form-data\r\n", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
        (b"a=1&" * 5_000, "application/x-www-form-urlencoded"),
    )
    for key, form in forms:
        if form.method != "post":
            continue
        browser = signed_in(key)
        token = next(field.value for field in form.fields if field.name == "csrf_token")
        for body, kind in bodies:
            response = twin(browser).post(
                form.action,
                body,
                content_type=kind,
                headers={"X-CSRF-Token": token},
                expect_errors=True,
            )
            if response.status_int >= 500:
                wrong.append(f"{response.status} {form.action} {kind} {body[:20]!r}")
        as_files = [(field.name, "x.txt", b"x") for field in form.fields]
        response = twin(browser).post(
            form.action,
            {},
            upload_files=as_files,
            headers={"X-CSRF-Token": token},
            expect_errors=True,
        )
        if response.status_int >= 500:
            wrong.append(f"{response.status} {form.action} with everything sent as a file")
    assert wrong == [], "\n".join(wrong[:20])
