"""50 people sign in at once over HTTP — beside 50 bare Argon2 verifications.

The server is waitress in a process of its own with the threads that `tongban serve` has; each
client has its form before the start. The floor verifies the same hash on as many threads and does
nothing else. CPU is the server's process alone, wall ends with the last answer.
"""

from __future__ import annotations

import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from harness.forms import read_forms
from harness.measuring import Sample, take_turns
from harness.places import BENCH, PYTHON
from harness.rows import Row, compare
from harness.workers import Worker
from subject.campus import campus_copy

_TOGETHER = 50
_MOST_ROUNDS = 7
_TIMEOUT = 60
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class _Entry(NamedTuple):
    """A sign-in form, filled in and ready to be sent."""

    path: str
    body: str
    cookies: str


def run(rounds: int) -> list[Row]:
    """Let the crowd sign in and the floor verify, in turns."""
    with campus_copy() as folder, _server(folder) as server:
        facts = server.ask(act="open", accounts=_TOGETHER)
        with _floor() as floor:
            floor.ask(act="open", hash=facts["hash"], threads=facts["threads"])
            samples = take_turns(
                {
                    "crowd": lambda: _crowd(server, facts["port"], facts["accounts"]),
                    "floor": lambda: Sample(**floor.ask(act="verify", times=_TOGETHER)),
                },
                min(rounds, _MOST_ROUNDS),
            )
    beside = f"{_TOGETHER} Argon2 verifications, {facts['threads']} threads"
    what = f"{_TOGETHER} sign-ins at once"
    return [compare("sign_ins", what, samples["crowd"], beside, samples["floor"])]


def _server(folder: Path) -> Worker:
    return Worker("server", [str(PYTHON), str(BENCH / "workers/server.py"), str(folder)])


def _floor() -> Worker:
    return Worker("argon2", [str(PYTHON), str(BENCH / "workers/verifying.py")])


def _crowd(server: Worker, port: int, accounts: list[list[str]]) -> Sample:
    entries = [_entry(port, number, password) for number, password in accounts]
    together = threading.Barrier(len(entries) + 1)
    with ThreadPoolExecutor(len(entries)) as clients:
        answers = [clients.submit(_sign_in, port, entry, together) for entry in entries]
        used = server.ask(act="cpu")
        together.wait()
        started = time.perf_counter()
        statuses = [answer.result() for answer in answers]
        wall = time.perf_counter() - started
    if set(statuses) != {303}:
        raise RuntimeError(f"not everybody could sign in: {sorted(set(statuses))}")
    return Sample(server.ask(act="cpu") - used, wall)


def _entry(port: int, number: str, password: str) -> _Entry:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)) as connection:
        connection.request("GET", "/login")
        answer = connection.getresponse()
        form = next(form for form in read_forms(answer.read().decode()) if form.id == "sign-in")
        cookies: SimpleCookie = SimpleCookie()
        for header in answer.headers.get_all("Set-Cookie") or ():
            cookies.load(header)
    sent = "; ".join(f"{cookie.key}={cookie.coded_value}" for cookie in cookies.values())
    body = urlencode(form.fields | {"username": number, "password": password})
    return _Entry(form.action or "/login", body, sent)


def _sign_in(port: int, entry: _Entry, together: threading.Barrier) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)) as connection:
        connection.connect()
        together.wait()
        connection.request("POST", entry.path, entry.body, _FORM | {"Cookie": entry.cookies})
        answer = connection.getresponse()
        answer.read()
        return answer.status
