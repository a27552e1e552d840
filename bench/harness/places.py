"""Where things are."""

from __future__ import annotations

from pathlib import Path

BENCH = Path(__file__).resolve().parents[1]
ROOT = BENCH.parent
SCRATCH = ROOT / "var" / "bench"
PYTHON = ROOT / ".venv" / "bin" / "python"
