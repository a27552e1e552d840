"""What both sides of the approval case do alike: send filled forms and time each.

Standard library only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from harness.forms import Form
from harness.wsgi import Client


class Approval(NamedTuple):
    """A form of a task's page, filled in, and where it goes."""

    path: str
    form: Form


def approve_all(browser: Client, approvals: Sequence[Approval], *, expect: int) -> dict[str, Any]:
    """Post each form and return the seconds of CPU and wall that the application took for each."""
    cpu, wall = [], []
    for path, form in approvals:
        request = browser.request("POST", path, form.fields, multipart=form.multipart)
        started, used = time.perf_counter(), time.process_time()
        answer = browser.send(request)
        used, started = time.process_time() - used, time.perf_counter() - started
        browser.keep(answer, expect)
        cpu.append(used)
        wall.append(started)
    return {"cpu": cpu, "wall": wall}
