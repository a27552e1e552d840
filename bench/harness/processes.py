"""Whole processes, measured from their start to their end."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.measuring import Sample
from harness.places import SCRATCH

_PATIENCE = 0.01  # seconds between looks at a starting server


def run_process(
    command: Sequence[str], environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Sample:
    """Run a command and return CPU, its children's included, and wall time.

    Raises RuntimeError with the end of its output when it fails.
    """
    with tempfile.TemporaryFile() as output:
        before, started = _used(), time.perf_counter()
        code = subprocess.call(
            command,
            env=_environ(environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        sample = Sample(_used() - before, time.perf_counter() - started)
        if code:
            output.seek(0)
            said = output.read().decode(errors="replace")[-1500:]
            raise RuntimeError(f"{' '.join(command)} ended with {code}: {said}")
    return sample


def run_until(
    ready: Callable[[], bool], command: Sequence[str], environ: Mapping[str, str]
) -> Sample:
    """Run a server until it is ready, then end it; return CPU until the end, wall until ready.

    Raises RuntimeError when it ends by itself.
    """
    before, started = _used(), time.perf_counter()
    process = subprocess.Popen(
        command,
        env=_environ(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
        time.sleep(_PATIENCE)
    wall = time.perf_counter() - started
    process.terminate()
    process.wait()
    return Sample(_used() - before, wall)


def _environ(more: Mapping[str, str] | None) -> dict[str, str]:
    """Return this environment with `more`; compiled modules are kept, as where it is installed."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "PYTHONPYCACHEPREFIX": str(SCRATCH / "pycache"), **(more or {})}


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
