"""Tongban (通办): the kernel of an online service hall for universities."""

from __future__ import annotations

__version__ = "0.1.0"
