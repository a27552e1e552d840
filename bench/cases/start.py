"""A process from its start to its first answer — beside the imports that no version can avoid.

Once in a process that makes the application and asks it for the sign-in page, and once as people
start it: `tongban serve`, until it answers on its port.
"""

from __future__ import annotations

import http.client
import socket
from contextlib import closing
from pathlib import Path

from harness.measuring import Sample, take_turns
from harness.places import BENCH, PYTHON
from harness.processes import run_process, run_until
from harness.rows import Budget, Row, compare
from subject.campus import campus_copy, environ

BUDGET = Budget(2.0, "seconds", "wall")
_IMPORTS = "import pyramid, sqlalchemy, alembic"
_MOST_ROUNDS = 11


def run(rounds: int) -> list[Row]:
    """Start each kind of process, in turns."""
    with campus_copy() as folder:
        samples = take_turns(
            {
                "made": lambda: _first_answer(folder),
                "served": lambda: _serve(folder),
                "floor": lambda: run_process([str(PYTHON), "-c", _IMPORTS]),
            },
            min(rounds, _MOST_ROUNDS),
        )
    whats = {"made": "application made, first answer", "served": "`tongban serve`, first answer"}
    return [
        compare("start", what, samples[kind], _IMPORTS, samples["floor"], BUDGET)
        for kind, what in whats.items()
    ]


def _first_answer(folder: Path) -> Sample:
    command = [str(PYTHON), str(BENCH / "workers/first_answer.py"), str(folder)]
    return run_process(command, {"PYTHONPATH": str(BENCH)})


def _serve(folder: Path) -> Sample:
    port = _free_port()
    command = [str(PYTHON.with_name("tongban")), "serve", "--port", str(port)]
    return run_until(lambda: _answers(port), command, environ(folder))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(port: int) -> bool:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", "/login")
            return connection.getresponse().status == 200
        except ConnectionRefusedError:
            return False
