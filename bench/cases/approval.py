"""One 同意, committed, over HTTP — beside viewflow's own task view.

Each side is a process of its own on its own SQLite file (WAL, synchronous=FULL), driven by the
same small WSGI client: no server, CSRF checked. The page with the form is fetched before the clock
starts; the clock holds the POST up to its redirect. Two approvals of a case count: the head's,
which passes a switch and gives the office its task, and the office's, which gives the dispatcher's.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from harness.measuring import Sample, take_turns
from harness.peers import peer_python
from harness.places import BENCH, PYTHON
from harness.rows import Budget, Row, compare
from harness.workers import Worker
from subject.campus import PEOPLE, campus_copy, scratch_folder

BUDGET = Budget(0.25)
_EACH_TURN = 12
_STEPS = {"head": "head approves, switch", "office": "office approves"}


def run(rounds: int) -> list[Row]:
    """Approve the same number of cases on both sides, in turns."""
    with (
        campus_copy() as ours,
        scratch_folder("viewflow-") as theirs,
        _tongban(ours) as tongban,
        _viewflow(theirs) as viewflow,
    ):
        for worker in (tongban, viewflow):
            worker.ask(act="open", people=PEOPLE)
            worker.ask(act="start", number=(rounds + 1) * _EACH_TURN)
        return [_step(step, tongban, viewflow, rounds) for step in _STEPS]


def _tongban(folder: Path) -> Worker:
    return Worker("tongban", [str(PYTHON), str(BENCH / "workers/approvals.py"), str(folder)])


def _viewflow(folder: Path) -> Worker:
    peer = BENCH / "peers/viewflow"
    python = peer_python("viewflow", peer / "requirements.txt")
    database = {"PEER_DATABASE": str(folder / "viewflow.db")}
    return Worker("viewflow", [str(python), str(peer / "worker.py")], database)


def _step(step: str, tongban: Worker, viewflow: Worker, rounds: int) -> Row:
    samples = take_turns(
        {
            "ours": lambda: _turn(tongban, step),
            "theirs": lambda: _turn(viewflow, step),
        },
        rounds,
    )
    what = f"同意: {_STEPS[step]}"
    return compare("approval", what, samples["ours"], "viewflow's view", samples["theirs"], BUDGET)


def _turn(worker: Worker, step: str) -> Sample:
    taken = worker.ask(act="approve", step=step, number=_EACH_TURN)
    if len(taken["cpu"]) != _EACH_TURN:
        raise RuntimeError(f"{worker.name} had {len(taken['cpu'])} tasks of {step} to approve")
    return Sample(median(taken["cpu"]), median(taken["wall"]))
