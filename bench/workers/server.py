"""The server of the sign-in case: waitress as `tongban serve` runs it, without job threads.

The first argument is the folder with the copy of the demo campus.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from pathlib import Path
from typing import Any

import waitress
from harness.workers import answer_questions
from sqlalchemy import select
from subject.campus import make_runtime


class Server:
    """The application behind waitress on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, act: str, **details: Any) -> Any:
        """Answer a question of the case."""
        return time.process_time() if act == "cpu" else self.open(**details)

    def open(self, accounts: int) -> dict[str, Any]:
        """Serve; return port, threads, accounts with their passwords, and a stored hash."""
        from tongban.auth.models import Account
        from tongban.demo.accounts import DEMO_PHRASE
        from tongban.web.app import make_app

        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a crowd is what is wanted
        runtime = make_runtime(self._folder)
        wanted = select(Account.username, Account.password_hash).where(Account.status == "active")
        with runtime.unit_of_work(writes=False) as session:
            rows = session.execute(wanted.order_by(Account.id).limit(accounts)).all()
        threads = runtime.settings["web.threads"]
        server = waitress.create_server(
            make_app(runtime), host="127.0.0.1", port=0, threads=threads, ident="tongban"
        )
        threading.Thread(target=server.run, daemon=True).start()
        return {
            "port": int(server.effective_port),
            "threads": threads,
            "accounts": [[row.username, DEMO_PHRASE] for row in rows],
            "hash": rows[0].password_hash,
        }


answer_questions(Server(Path(sys.argv[1])).answer)
