"""Where to go after signing in: an own page only, for the address comes from a link."""

from __future__ import annotations

import re

_LONGEST = 2_000

# Printable ASCII without space and backslash: what our own links consist of. Browsers drop tabs
# and line breaks and read a backslash as a slash, so `/\t/host` and `/\host` lead elsewhere.
_OWN = re.compile(r"/(?!/)[!-\[\]-~]*")


def safe_return_path(text: str | None) -> str | None:
    """Return `text` if it is the path of an own page, with its query; else None."""
    if not text or len(text) > _LONGEST or _OWN.fullmatch(text) is None:
        return None
    return text
