"""The demo campus in a database of the benchmark's own: loaded once, copied for each use."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.places import PYTHON, ROOT, SCRATCH
from harness.wsgi import Client

PEOPLE = 14_000
SETTINGS = Path(__file__).with_name("bench.ini")
# What the loaded database is made from; a change of any of it makes a new one.
_SOURCES = (
    "src/tongban/demo/*", "src/tongban/*/models.py", "alembic/versions/*.py",
    "plugins/*/src/*/migrations/*.py", "plugins/*/src/*/demo*.py", "plugins/services/*/*",
)  # fmt: skip


def environ(folder: Path) -> dict[str, str]:
    """Return the environment that puts Tongban's database and files into `folder`."""
    return {
        "TONGBAN_CONFIG": str(SETTINGS),
        "TONGBAN_DATABASE_URL": f"sqlite:///{folder / 'campus.db'}",
        "TONGBAN_FILES_FOLDER": str(folder / "files"),
    }


def tongban(*arguments: str, folder: Path) -> None:
    """Run the `tongban` command on the database in `folder`."""
    subprocess.run(
        [str(PYTHON.with_name("tongban")), *arguments],
        env={**os.environ, **environ(folder)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=True,
    )


@contextmanager
def campus_copy() -> Iterator[Path]:
    """Give a folder with a fresh copy of the demo campus; it is gone afterwards."""
    source = _loaded()
    with scratch_folder("campus-") as folder:
        shutil.copyfile(source / "campus.db", folder / "campus.db")
        if (source / "files").exists():
            shutil.copytree(source / "files", folder / "files")
        yield folder


@contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """Give an empty folder on the disk that the checkout is on; it is gone afterwards."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=SCRATCH) as folder:
        yield Path(folder)


def _loaded() -> Path:
    folder = SCRATCH / f"loaded-{_fingerprint()}"
    if not folder.exists():
        print(f"loading the demo campus into {folder.name} …", file=sys.stderr)
        for outdated in SCRATCH.glob("loaded-*"):
            shutil.rmtree(outdated)
        with scratch_folder("loading-") as fresh:
            tongban("migrate", folder=fresh)
            tongban("demo", "load", "--people", str(PEOPLE), folder=fresh)
            _fold_journal(fresh / "campus.db")
            shutil.copytree(fresh, folder)
    return folder


def _fingerprint() -> str:
    digest = hashlib.sha256(str(PEOPLE).encode())
    for pattern in _SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _fold_journal(database: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


# --- the application in this process ---


@dataclass(frozen=True)
class House:
    """The application, made in this process on one database."""

    runtime: Any
    app: Any

    def sign_in(self, number: str) -> Client:
        """Return a browser in which a person of the demo campus has signed in."""
        from tongban.demo.accounts import DEMO_PHRASE

        browser = Client(self.app)
        form = browser.get("/login").form("sign-in")
        entered = {"username": number, "password": DEMO_PHRASE}
        browser.post(form.action or "/login", form.fields | entered, expect=303)
        return browser


def make_runtime(folder: Path) -> Any:
    """Return Tongban's runtime on the database in `folder`; logs are written to nowhere."""
    import structlog

    from tongban.settings import read_settings
    from tongban.web.logs import configure_logs
    from tongban.web.runtime import build_runtime

    settings = read_settings(SETTINGS, environ(folder))
    configure_logs(settings["log.format"], settings["log.level"])
    nowhere = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")  # open as long as the process
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(nowhere))
    return build_runtime(settings)


@contextmanager
def open_house() -> Iterator[House]:
    """Give the application on a fresh copy of the demo campus."""
    from tongban.web.app import make_app

    with campus_copy() as folder:
        runtime = make_runtime(folder)
        try:
            yield House(runtime, make_app(runtime))
        finally:
            runtime.close()


def demo_number(key: str) -> str:
    """Return the number of a demo account by its key: `student`, `teacher`, `head` …"""
    from tongban.demo.accounts import DEMO_ACCOUNTS

    return next(account.number for account in DEMO_ACCOUNTS if account.key == key)
