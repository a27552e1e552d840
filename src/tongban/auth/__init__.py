"""Authentication: credentials, sign-in, sessions, lock-out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Set the security and CSRF policies, `request.viewer`, and the routes `auth.…`."""
    config.include("tongban.auth.identity")
    config.include("tongban.auth.policy")
    config.include("tongban.auth.csrf")
    config.include("tongban.auth.views")
    config.include("tongban.auth.device_views")
