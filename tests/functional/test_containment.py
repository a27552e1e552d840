"""KN-1, KN-6: with any plugin off, or gone wrong, the rest works and no page breaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from tests.functional.conftest import SignIn
from tests.functional.hostile.crawling import Walk, walk
from tests.functional.hostile.plugin import (
    DAWDLER,
    ID,
    NOTICE,
    answering,
    dawdling,
    exiting,
    lying,
    raising,
    sleeping,
)

from tongban.demo.accounts import DEMO_ACCOUNTS, DEMO_PHRASE
from tongban.demo.load import load
from tongban.demo.packages import package_folders
from tongban.pluginhost.plugin import InstalledPlugin
from tongban.testing.browsing import Browser, make_test_app
from tongban.testing.factories import MadePerson
from tongban.testing.plugin import Runtimes
from tongban.users.models import Person
from tongban.web.runtime import Runtime, use_keys

PLUGINS = ("workflow", "hall")
STARTS = ("/", "/me/sessions", "/console")
# A page of each plugin that stands for itself, with the paths that are its own.
PAGES = {
    "workflow": (("/apply/network-repair", "/console/cases"), ("/apply", "/cases")),
    "hall": (("/hall", "/items", "/items/vpn-access", "/apps", "/tasks", "/search?q=x"),
             ("/hall", "/items", "/apps", "/tasks", "/search")),
}  # fmt: skip
MENU_TEXTS = {
    "hall": ("应用中心", "任务中心", "办事大厅"),
    "workflow": ("办件查询",),
}


def apply_for_repair(student: Browser) -> str:
    """Send a report in and return the path of the case."""
    form = student.get("/apply/network-repair").forms["application"]
    form["f.area"] = "dormitory"
    form["f.place"] = "3 号公寓 412"
    form["f.kind"] = "wifi"
    form["f.detail"] = "晚上八点起无法打开网页"
    form["f.phone"] = "13800002864"
    form["f.visit"] = "any"
    done = form.submit("act", value="submit", status=303)
    return str(done.location).removeprefix("http://localhost")


def switch(operator: Browser, plugin_id: str, act: str) -> None:
    """Switch a plugin on or off in the console, as an operator does."""
    page = operator.get(f"/console/plugins/{plugin_id}/{act}")
    form = next(
        form for form in page.forms.values() if form.action.endswith(act) or not form.action
    )
    form.submit(status=303)


@pytest.fixture
def case(signed_in: SignIn) -> str:
    return apply_for_repair(signed_in("student"))


def test_with_everything_on_no_link_is_broken(signed_in: SignIn, case: str) -> None:
    starts = {
        "student": ("/", case),
        "teacher": ("/",),
        "unit_admin": ("/", "/console"),
        "operator": ("/", "/console", case),
        "auditor": ("/", "/console"),
    }
    for key, addresses in starts.items():
        found = walk(signed_in(key), *addresses)
        assert found.broken() == [], key
        assert len(found.pages) > 12, key


def expect_without(found: Walk, off: tuple[str, ...]) -> None:
    assert found.broken() == []
    for plugin_id in off:
        _pages, own = PAGES[plugin_id]
        assert found.leading_to(*own) == []


@pytest.mark.parametrize("off", [("workflow",), ("hall",), ("workflow", "hall")])
def test_with_plugins_off_the_rest_works(
    signed_in: SignIn, case: str, off: tuple[str, ...]
) -> None:
    operator, student = signed_in("operator"), signed_in("student")
    operator.get("/hall")
    for plugin_id in off:
        switch(operator, plugin_id, "disable")

    for browser, starts in ((student, ("/", "/me/sessions")), (operator, ("/", *STARTS[1:]))):
        found = walk(browser, *starts)
        expect_without(found, off)
        for plugin_id in off:
            for path in PAGES[plugin_id][0]:
                gone = browser.get(path, status=404)
                assert gone.html.find("h1").get_text() == "该功能已停用", path
                token = browser.csrf_token()
                browser.post(path, {"csrf_token": token}, status=404)
    menus = operator.get("/console").html.select("nav")
    shown = " ".join(menu.get_text(" ") for menu in menus)
    for plugin_id in off:
        for text in MENU_TEXTS[plugin_id]:
            assert text not in shown

    for plugin_id in reversed(off):
        switch(operator, plugin_id, "enable")
    for plugin_id in off:
        for path in PAGES[plugin_id][0]:
            assert operator.get(path, status="*").status_int in (200, 403), path
    assert student.get(case).status_int == 200
    assert walk(student, "/").broken() == []


def test_a_case_is_handled_while_the_hall_is_off(signed_in: SignIn) -> None:
    """Workflow needs no hall: a case starts, is handled and ends without one."""
    operator, student = signed_in("operator"), signed_in("student")
    switch(operator, "hall", "disable")
    case = apply_for_repair(student)
    page = operator.get(case)
    form = next(form for form in page.forms.values() if "act" in form.fields)
    form.submit("act", value="approve", status=303).follow()
    assert student.get(case).status_int == 200


# --- hostile plugins --------------------------------------------------------------------------


class Stage:
    """The product on a database of its own, with people signed in, into which a plugin comes."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        use_keys(runtime.settings)
        people = self._people()
        self.student = self._signed_in(people["student"])
        self.operator = self._signed_in(people["operator"])
        self.case = apply_for_repair(self.student)

    def _people(self) -> dict[str, MadePerson]:
        columns = (Person.id, Person.number, Person.name, Person.unit_id)
        with self.runtime.unit_of_work(writes=False) as session:
            return {
                account.key: MadePerson(
                    *session.execute(select(*columns).where(Person.number == account.number)).one()
                )
                for account in DEMO_ACCOUNTS
            }

    def _signed_in(self, person: MadePerson) -> Browser:
        browser = make_test_app(self.runtime)
        browser.sign_in(person, DEMO_PHRASE)
        return browser

    def pages(self) -> list[tuple[Browser, str]]:
        """Return the pages that must come out, each with who opens it."""
        return [
            (self.student, "/"),
            (self.student, "/hall"),
            (self.student, "/hall?box=done&services=recent&way=theme"),
            (self.student, "/items"),
            (self.student, "/items/network-repair"),
            (self.student, "/apps"),
            (self.student, "/tasks"),
            (self.student, "/tasks?box=started"),
            (self.student, "/search?q=wlbx"),
            (self.student, "/apply/network-repair"),
            (self.student, self.case),
            (self.student, "/me/sessions"),
            (self.student, "/counters"),
            (self.operator, "/hall"),
            (self.operator, "/tasks"),
            (self.operator, "/console"),
            (self.operator, "/console/people"),
            (self.operator, "/console/units"),
            (self.operator, "/console/cases"),
            (self.operator, "/console/plugins"),
            (self.operator, f"/console/plugins/{ID}"),
            (self.operator, "/console/jobs"),
            (self.operator, "/console/audit"),
        ]


@pytest.fixture(scope="module")
def stage(runtimes: Runtimes) -> Iterator[Stage]:
    runtime = runtimes.copy(PLUGINS, TONGBAN_WEB_SLOT_BUDGET_MS="500")
    with runtime.unit_of_work() as session:
        load(session, 900, host=runtime.host, packages=package_folders())
    runtime.refresh(now=True)
    yield Stage(runtime)
    runtime.close()


@pytest.fixture
def let_in(stage: Stage) -> Iterator[Callable[[InstalledPlugin], None]]:
    """Let a plugin in as if it had been installed; it is thrown out afterwards."""
    use_keys(stage.runtime.settings)

    def register(plugin: InstalledPlugin) -> None:
        stage.runtime.host.register(plugin)

    yield register
    for plugin_id in (ID, DAWDLER):
        if stage.runtime.host.plugin(plugin_id) is not None:
            stage.runtime.host.unregister(plugin_id)
    stage.runtime.host.failures.take()


HARM: dict[str, Callable[[], InstalledPlugin]] = {
    "raises": raising,
    "exits": exiting,
    "lies": lying,
    "object": lambda: answering(object()),
    "number": lambda: answering(17),
    "text": lambda: answering("x"),
    "list of objects": lambda: answering([object()]),
    "mapping": lambda: answering({"tasks": object()}),
    "generator": lambda: answering(one / 0 for one in range(3)),
    "true": lambda: answering(True),
}


@pytest.mark.parametrize("harm", sorted(HARM))
def test_whatever_a_plugin_answers_every_page_comes_out(
    stage: Stage, let_in: Callable[[InstalledPlugin], None], harm: str
) -> None:
    let_in(HARM[harm]())
    wrong = []
    for browser, path in stage.pages():
        response = browser.get(path, expect_errors=True)
        if response.status_int not in (200, 303) or "<script>alert" in response.text:
            wrong.append(f"{path}: {response.status}")
    assert wrong == []
    assert NOTICE in stage.student.get("/hall").text
    assert "网络报修" in stage.student.get("/tasks?box=started").text
    known = stage.operator.get(f"/console/plugins/{ID}")
    hooks = {tag.get_text() for tag in known.html.select("#failures .mono")}
    assert "tongban_home_cards" in hooks
    listed = stage.operator.get("/console/plugins")
    row = next(row for row in listed.html.select("tr") if "捣乱插件" in row.get_text())
    assert any(character.isdigit() and character != "0" for character in row.get_text())


@pytest.mark.parametrize("harm", ["raises", "lies"])
def test_work_goes_on_beside_a_hostile_plugin(
    stage: Stage, let_in: Callable[[InstalledPlugin], None], harm: str
) -> None:
    """Its events fail alone: cases are sent in and decided, the star is set, failures stored."""
    let_in(HARM[harm]())
    case = apply_for_repair(stage.student)
    page = stage.operator.get(case)
    form = next(form for form in page.forms.values() if "act" in form.fields)
    form.submit("act", value="approve", status=303)
    token = stage.student.csrf_token()
    stage.student.post("/items/vpn-access/favourite", {"csrf_token": token}, status="*")
    assert stage.runtime.host.failures.waiting() == []
    assert "tongban_" in stage.operator.get(f"/console/plugins/{ID}#failures").text


def test_it_is_switched_off_in_the_console(
    stage: Stage, let_in: Callable[[InstalledPlugin], None]
) -> None:
    """Even then: the console is where it is stopped."""
    let_in(raising())
    switch(stage.operator, ID, "disable")
    assert NOTICE not in stage.student.get("/hall").text
    assert "已停用" in stage.operator.get(f"/console/plugins/{ID}").text
    switch(stage.operator, ID, "enable")
    assert NOTICE in stage.student.get("/hall").text


def timed(browser: Browser, path: str) -> tuple[float, Any]:
    started = time.monotonic()
    response = browser.get(path, expect_errors=True)
    return time.monotonic() - started, response


def expect_quick(pages: list[tuple[Browser, str]]) -> list[str]:
    """Open each page thrice: within 3 seconds, at last within one. Return the failure notices."""
    slow, notices = [], []
    for browser, path in pages:
        for most in (3, 3, 1):
            seconds, response = timed(browser, path)
            assert response.status_int in (200, 303), path
            notices += [path] * ("暂时无法" in response.text)
            if seconds > most:
                slow.append(f"{path}: {seconds:.2f} s")
    assert slow == []
    return notices


@pytest.mark.slow
def test_answers_that_sleep_when_they_are_asked_further(
    stage: Stage, let_in: Callable[[InstalledPlugin], None]
) -> None:
    """A task source or a search source that hangs costs its own place, and the page no more."""
    let_in(dawdling(3))
    notices = expect_quick(
        [(stage.student, "/hall"), (stage.student, "/tasks"), (stage.student, "/search?q=wlbx")]
    )
    assert set(notices) == {"/hall", "/tasks", "/search?q=wlbx"}
    shown = stage.operator.get(f"/console/plugins/{DAWDLER}").html.select_one("#failures")
    assert "超过 500 毫秒" in shown.get_text()
    assert "tongban_task_sources" in shown.get_text()
    time.sleep(3)  # until the abandoned workers are back


@pytest.mark.slow
def test_a_plugin_that_sleeps_in_every_slot(
    stage: Stage, let_in: Callable[[InstalledPlugin], None]
) -> None:
    """Each page comes within 3 seconds, and within one once the plugin rests."""
    let_in(sleeping(10))
    notices = expect_quick(stage.pages())
    assert {"/hall", "/tasks", "/console"} <= set(notices)
    shown = stage.operator.get(f"/console/plugins/{ID}").text
    assert "超过 500 毫秒" in shown
