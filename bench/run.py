"""python bench/run.py [name…]: measures Tongban beside floors and peers; see README.md."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import warnings
from pathlib import Path

from harness.places import PYTHON, ROOT, SCRATCH
from harness.rows import Row, table, write_json

CASES = ("home", "counters", "approval", "sign_ins", "start", "set_up")


def main() -> int:
    """Run the named cases, print the table; exit status 1 when a budget is missed."""
    parser = _parser()
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(CASES))
    if unknown:
        parser.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    _use_own_python()
    _keep_the_table_readable()
    rows: list[Row] = []
    for name in options.names or CASES:
        started = time.monotonic()
        print(f"{name} …", file=sys.stderr)
        rows += importlib.import_module(f"cases.{name}").run(options.rounds)
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    path = write_json(SCRATCH, rows)
    print(table(rows))
    print(f"\nwritten to {path.relative_to(ROOT)}")
    return 0 if all(row.kept is not False for row in rows) else 1


def _use_own_python() -> None:
    if not PYTHON.exists():
        sys.exit("there is no .venv; run `sh script/demo --no-serve` first")
    if Path(sys.prefix) != PYTHON.parents[1]:
        os.execv(PYTHON, [str(PYTHON), *sys.argv])


def _keep_the_table_readable() -> None:
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning")  # of every process started
    warnings.simplefilter("ignore", UserWarning)  # pkg_resources, which Pyramid 2.1 imports


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(CASES))
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side (15)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
