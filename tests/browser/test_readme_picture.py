"""The picture on the README's first screen is a page as it is, not a drawing of one.

TONGBAN_UPDATE_PICTURES=1 writes it anew; otherwise the test only says that it is there and fits.
"""

from __future__ import annotations

import os

from tests.browser.conftest import ROOT, SIZES, OpenPage

PICTURE = ROOT / "docs" / "images" / "hall.png"
_MOST_BYTES = 400_000


def test_the_readme_shows_the_hall(open_page: OpenPage) -> None:
    page = open_page(SIZES[0], "operator")
    page.goto("/hall")
    page.goto("/hall")  # without a message left by what was done before
    if os.environ.get("TONGBAN_UPDATE_PICTURES") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(PICTURE), clip={"x": 0, "y": 0, "width": 1440, "height": 900})
    assert 20_000 < PICTURE.stat().st_size < _MOST_BYTES
    assert "docs/images/hall.png" in (ROOT / "README.md").read_text(encoding="utf-8")
