"""Virtual environments of peers: made by the benchmark, hash-locked, never used by the product."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from harness.places import SCRATCH


def peer_python(name: str, lock: Path) -> Path:
    """Return the Python of a peer's virtual environment; make it when the lock is new to it."""
    folder = SCRATCH / f"venv-{name}"
    python = folder / "bin" / "python"
    stamp = folder / ".lock"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not (python.exists() and stamp.exists() and stamp.read_text() == digest):
        print(f"making {folder.name} from {lock.name} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
        subprocess.run([str(python), *install], check=True)
        stamp.write_text(digest)
    return python
