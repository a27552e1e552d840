"""A campus on a working day: cases in every state, made by HTTP by the people concerned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, update
from webtest import Upload

from tongban import clock
from tongban.auth.models import Account
from tongban.demo import cast
from tongban.demo.accounts import DEMO_ACCOUNTS, DEMO_PHRASE
from tongban.orgs.models import OrgUnit
from tongban.testing.browsing import Browser, make_test_app
from tongban.users.models import Person
from tongban.web.runtime import Runtime

REPORTERS = 4
"""Students besides the one of the cast who report something."""

OFFICES = ("jwc", "kyc", "cwc")
"""Units whose staff ask for something."""

_SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

_AT_THE_DESK = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0"
)

Values = Mapping[str, str]


def working_hours() -> timedelta:
    """Return how far the clock must move for it to be twenty past ten on campus."""
    wanted = datetime.combine(clock.today(), time(10, 20), clock.zone())
    return wanted - clock.now()


class CampusLife:
    """What happened on campus before the tests look at it; `paths` are the cases worth seeing."""

    def __init__(self, runtime: Runtime) -> None:
        self.paths: dict[str, str] = {}
        self._runtime = runtime
        self._browsers: dict[str, Browser] = {}
        self._numbers = {account.key: account.number for account in DEMO_ACCOUNTS}
        self._add_students()
        self._add_staff()

    def happen(self) -> None:
        """Let everything happen, oldest first."""
        self._finish_a_repair()
        self._refuse_a_repair()
        self._return_a_repair()
        self._pass_a_network_application_on()
        self._fill_the_centres_desk()
        self._ask_for_water_repair()
        self._leave_a_draft()
        for browser in self._browsers.values():
            browser.get("/me/sessions")  # takes the message of the last act along

    def _add_students(self) -> None:
        """Let a few more students sign in: theirs are accounts that are not yet activated."""
        student = Person.kind == "student"
        others = (
            select(Person.number)
            .where(student, Person.number != cast.STUDENT_NUMBER)
            .order_by(Person.number)
            .limit(REPORTERS)
        )
        with self._runtime.unit_of_work() as session:
            numbers = session.scalars(others).all()
            shared = session.scalar(
                select(Account.password_hash).where(Account.username == cast.STUDENT_NUMBER)
            )
            session.execute(
                update(Account)
                .where(Account.username.in_(numbers))
                .values(status="active", password_hash=shared, activated_at=clock.now())
            )
        self._numbers |= {f"student{place}": number for place, number in enumerate(numbers, 1)}

    def _add_staff(self) -> None:
        with self._runtime.unit_of_work() as session:
            for code in OFFICES:
                unit = select(OrgUnit.id).where(OrgUnit.code == code).scalar_subquery()
                self._numbers[code] = (
                    session.scalars(
                        select(Person.number).where(Person.unit_id == unit).order_by(Person.number)
                    ).first()
                    or self._numbers["teacher"]
                )

    def browser(self, key: str) -> Browser:
        """Return the browser in which somebody is signed in."""
        if key not in self._browsers:
            browser = make_test_app(self._runtime)
            browser.extra_environ["HTTP_USER_AGENT"] = _AT_THE_DESK
            form = browser.get("/login").forms["sign-in"]
            form["username"], form["password"] = self._numbers[key], DEMO_PHRASE
            form["keep"] = True  # days pass between one act and the next
            form.submit(status=303)
            self._browsers[key] = browser
        return self._browsers[key]

    def apply(self, who: str, item: str, values: Values, *, ago: timedelta, **files: bytes) -> str:
        """Send an application in, some time ago; return the path of the case."""
        with clock.travel(by=-ago):
            form = self.browser(who).get(f"/apply/{item}").forms["application"]
            _fill(form, values)
            for name, content in files.items():
                form[f"f.{name}.new"] = [Upload(f"{name}.pdf", content, "application/pdf")]
            done = form.submit("act", value="submit", status=303)
        return urlsplit(str(done.location)).path

    def act(
        self, who: str, path: str, act: str, *, ago: timedelta, opinion: str = "", **values: str
    ) -> None:
        """Act on a case, some time ago."""
        with clock.travel(by=-ago):
            form = self.browser(who).get(path).forms["case-form"]
            form["comment"] = opinion
            _fill(form, values)
            form.submit("act", value=act, status=303)

    def report(self, who: str, place: str, detail: str, kind: str, ago: timedelta) -> str:
        """Report a fault of the network."""
        values = {
            "area": "dormitory" if who.startswith("student") else "office",
            "place": place,
            "kind": kind,
            "detail": detail,
            "phone": "13800002864",
            "visit": "any",
        }
        return self.apply(who, "network-repair", values, ago=ago)

    def _finish_a_repair(self) -> None:
        path = self.report(
            "student", "图书馆三层自习区", "自习区东侧看不到校园无线信号", "wifi", timedelta(days=6)
        )
        self.act("operator", path, "approve", ago=timedelta(days=5), opinion="同意，请按规定办理")
        self.act(
            "operator",
            path,
            "handle",
            ago=timedelta(days=4),
            cause="device",
            result="更换东侧无线接入点，测试正常。",
        )
        self.paths["finished"] = path

    def _refuse_a_repair(self) -> None:
        path = self.report(
            "student", "校外租住处", "校外住处的宽带无法上网", "wired", timedelta(days=3)
        )
        self.act(
            "operator",
            path,
            "reject",
            ago=timedelta(days=2),
            opinion="校外宽带由运营商维护，请致电运营商客服。",
        )
        self.paths["rejected"] = path

    def _return_a_repair(self) -> None:
        path = self.report(
            "student", "3 号公寓", "宿舍有线网络时断时续", "wired", timedelta(days=1, hours=4)
        )
        self.act(
            "operator", path, "return", ago=timedelta(days=1), opinion="请补充房间号和墙面端口号。"
        )
        self.paths["returned"] = path

    def _pass_a_network_application_on(self) -> None:
        for key, ago in (("reviewed", timedelta(days=2)), ("at_head", timedelta(hours=3))):
            self.paths[key] = self.apply(
                "teacher",
                "vpn-access",
                {
                    "purpose": "research",
                    "systems": "课题组文献库、计算节点",
                    "term": "6",
                    "starts_on": f"{clock.today() + timedelta(days=2):%Y-%m-%d}",
                    "reason": "课题组成员寒假在校外远程访问计算节点，处理实验数据。",
                    "phone": "13900012864",
                    "agree": "1",
                },
                ago=ago,
                commitment=_SCAN,
            )
        self.act("head", self.paths["reviewed"], "approve", ago=timedelta(days=1), opinion="同意")

    def _fill_the_centres_desk(self) -> None:
        reports = (
            ("student1", "6 号公寓 318", "晚上无线认证页面打不开", "sign-in", timedelta(hours=20)),
            ("jwc", "行政楼 A207", "办公室打印机所在网段不通", "wired", timedelta(hours=17)),
            ("student2", "第二教学楼 B104", "多媒体教室上课时网速很慢", "slow", timedelta(hours=4)),
            ("kyc", "科技楼 512", "实验室固定 IP 冲突", "other", timedelta(hours=2)),
            ("student3", "1 号公寓 226", "墙面端口松动", "wired", timedelta(minutes=48)),
            ("cwc", "行政楼 B115", "财务专网间歇性中断", "wired", timedelta(minutes=12)),
        )  # fmt: skip
        paths = [self.report(*report) for report in reports]
        self.act("operator", paths[0], "approve", ago=timedelta(hours=18), level="urgent")
        self.paths["to_handle"] = paths[0]
        self.paths["to_accept"] = paths[-1]
        self.paths["running"] = self.report(
            "student", "图书馆一层", "检索机连不上校园网", "wired", timedelta(minutes=30)
        )

    def _ask_for_water_repair(self) -> None:
        values = {
            "area": "dormitory",
            "place": "6 号公寓 318",
            "item": "water",
            "danger": "no",
            "detail": "洗手池下方水管渗水",
            "visit": "any",
            "phone": "13800002864",
        }
        self.paths["logistics"] = self.apply(
            "student4", "logistics-repair", values, ago=timedelta(hours=5)
        )

    def _leave_a_draft(self) -> None:
        form = self.browser("teacher").get("/apply/edu-mail").forms["application"]
        _fill(form, {"kind": "personal", "prefix": "shenzx"})
        form.submit("act", value="draft", status=303)


def _fill(form: Any, values: Values) -> None:
    for name, value in values.items():
        form[f"f.{name}"] = True if form[f"f.{name}"].attrs.get("type") == "checkbox" else value
