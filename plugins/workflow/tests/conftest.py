"""The tests of this plugin run with it alone."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def plugin_ids() -> tuple[str, ...]:
    """The plugins of the tests' runtime."""
    return ("workflow",)
