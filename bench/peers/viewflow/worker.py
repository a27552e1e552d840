"""Starts the viewflow side of the approval case.

Run by the Python of the peer's own environment, with `PEER_DATABASE` naming a new file.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from harness.workers import answer_questions


def main() -> None:
    """Set Django up, then answer."""
    sys.path.insert(0, str(Path(__file__).parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "peer.settings"
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    from peer.answering import Peer  # models can be imported only now

    answer_questions(Peer(application).answer)


main()
