"""A process that runs jobs of the tests: `working_process.py ROOT hang|work FOLDER`.

`hang` prints a line when its job has begun and then sleeps; `work` runs what is due and notes each
job it begins and ends as a file in FOLDER, so that two processes can be compared.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tongban.jobs.engine import EmbeddedEngine
from tongban.jobs.registry import JobContext, JobKind, JobRegistry
from tongban.settings import read_settings
from tongban.web.runtime import build_runtime

_LEASE_SECONDS = {"hang": 1, "work": 60}


def say(line: str) -> None:
    sys.stdout.write(f"say {line}\n")
    sys.stdout.flush()


def hang(context: JobContext) -> None:
    say(str(context.job_id))
    time.sleep(60)


def work(context: JobContext) -> None:
    folder = Path(sys.argv[3])
    name = f"{context.payload['number']}"
    (folder / f"{name}.{os.getpid()}").touch()
    time.sleep(0.005)
    (folder / f"done-{name}").touch(exist_ok=False)


def main() -> None:
    runtime = build_runtime(read_settings(Path(sys.argv[1]) / "etc/testing.ini"))
    handler = {"hang": hang, "work": work}[sys.argv[2]]
    kind = JobKind("test.job", handler, lease_seconds=_LEASE_SECONDS[sys.argv[2]])
    runtime.__dict__["jobs"] = JobRegistry([("", kind)])
    engine = EmbeddedEngine(runtime, threads=2)
    engine.start()
    say("started")
    time.sleep(60)


if __name__ == "__main__":
    main()
