"""`tongban keys`: make the keys of a new installation."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

_KEY_BYTES = 32


def key_lines() -> str:
    """Return a settings file with fresh keys."""
    return (
        "[tongban]\n"
        f"crypto.secret = {secrets.token_hex(_KEY_BYTES)}\n"
        f"crypto.field_keys = 1:{secrets.token_hex(_KEY_BYTES)}\n"
        f"crypto.hash_key = {secrets.token_hex(_KEY_BYTES)}\n"
    )


@click.command(name="keys")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File to write; refused when it exists, for a lost key loses data.",
)
@click.option("--if-missing", is_flag=True, help="Do nothing when the file exists.")
def command(out: Path, if_missing: bool) -> None:
    """Write a file of fresh keys, readable by its owner alone."""
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if if_missing:
            return
        raise click.ClickException(f"{out} exists; move it away first") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(key_lines())
    click.echo(f"keys written to {out}; keep a copy in a safe place")
