"""The viewflow side of the approval case: opens a campus, starts cases, approves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client as DjangoClient
from harness.approving import Approval, approve_all
from harness.wsgi import Client
from viewflow.workflow.models import Task

from peer.models import Unit

FILLED = {
    "unit": "computing", "scope": "province", "destination": "郑州市 河南省教育厅",
    "leaves_on": "2030-03-04", "leaves_at": "08:30", "returns_on": "2030-03-05",
    "boarding": "行政楼南门", "passengers": "20", "leader": "20080001",
    "reason": "参加全省教育信息化工作会议，乘车人员名单另附", "phone": "13800001234",
}  # fmt: skip


class Peer:
    """The peer's application and its signed-in browsers."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application
        self._browsers: dict[str, Client] = {}

    def answer(self, act: str, **details: Any) -> Any:
        """Answer a question of the case."""
        return getattr(self, act)(**details)

    def open(self, people: int) -> None:
        """Make as many users as the demo campus has people, and three units with heads."""
        call_command("migrate", run_syncdb=True, verbosity=0)
        users = (User(username=f"p{n}", password="!", first_name=f"人{n}") for n in range(people))
        User.objects.bulk_create(users, batch_size=1000)
        for number, code in enumerate(("computing", "office", "garage"), start=1):
            head = User.objects.get(username=f"p{number}")
            Unit.objects.create(code=code, name=code, head=head)
        for number, name in enumerate(("starter", "head", "office")):
            self._browsers[name] = self._signed_in(f"p{number}")

    def _signed_in(self, username: str) -> Client:
        django = DjangoClient()
        django.force_login(User.objects.get(username=username))
        browser = Client(self._application)
        browser.cookies.update((name, cookie.value) for name, cookie in django.cookies.items())
        return browser

    def start(self, number: int) -> None:
        """Start cases through viewflow's own start view."""
        browser = self._browsers["starter"]
        for _ in range(number):
            form = browser.get("/trip/start/").form("")
            browser.post("/trip/start/", form.fields | FILLED, expect=302)

    def approve(self, step: str, number: int) -> dict[str, Any]:
        """Approve the oldest open tasks of a step, each through viewflow's own task view."""
        open_tasks = Task.objects.filter(flow_task__endswith=f".{step}", status="ASSIGNED")
        decided = {f"{step}_approved": "on", f"{step}_opinion": "同意"}
        browser = self._browsers[step]
        approvals = []
        for task in open_tasks.order_by("pk")[:number]:
            path = f"/trip/{task.process_id}/{step}/{task.pk}/execute/"
            form = browser.get(path).form("")
            form.fields |= decided
            approvals.append(Approval(path, form))
        return approve_all(browser, approvals, expect=302)
