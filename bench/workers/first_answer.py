"""A process of Tongban that answers one request and ends; the argument is the campus's folder."""

from __future__ import annotations

import sys
from pathlib import Path

from harness.wsgi import Client
from subject.campus import make_runtime


def main() -> None:
    """Make the application and ask it for its sign-in page."""
    from tongban.web.app import make_app

    Client(make_app(make_runtime(Path(sys.argv[1])))).get("/login")


main()
