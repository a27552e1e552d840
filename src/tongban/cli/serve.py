"""`tongban serve`: the embedded server, with its job threads."""

from __future__ import annotations

import errno
import signal
import sys
from typing import Any, NoReturn

import click
import waitress

from tongban.cli.context import CliContext
from tongban.db import migrations
from tongban.jobs.engine import EmbeddedEngine
from tongban.web.app import make_app


@click.command(name="serve")
@click.option("--host", help="Address to listen on (setting web.host).")
@click.option("--port", type=int, help="Port to listen on (setting web.port).")
@click.pass_obj
def command(context: CliContext, host: str | None, port: int | None) -> None:
    """Serve the hall: waitress, one process, jobs inside."""
    runtime = context.runtime()
    settings = runtime.settings
    if migrations.pending(runtime):
        context.fail("the database is not up to date; run `tongban migrate` first")
    app = make_app(runtime)
    server = _listen(context, app, host or settings["web.host"], port or settings["web.port"])
    signal.signal(signal.SIGTERM, _stop)
    engine = EmbeddedEngine(runtime)
    engine.start()
    try:
        server.run()
    finally:
        engine.stop()


def _listen(context: CliContext, app: Any, host: str, port: int) -> Any:
    settings = context.settings
    proxy: dict[str, Any] = {}
    if settings["web.trusted_proxy"]:
        proxy = {
            "trusted_proxy": settings["web.trusted_proxy"],
            "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto x-forwarded-host",
            "clear_untrusted_proxy_headers": True,
        }
    try:
        return waitress.create_server(
            app,
            host=host,
            port=port,
            threads=settings["web.threads"],
            max_request_body_size=settings["web.max_upload_mb"] * 1024 * 1024,
            ident="tongban",
            **proxy,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            context.fail(f"port {port} is in use; choose another with --port")
        raise


def _stop(_signal: int, _frame: Any) -> NoReturn:
    sys.exit(0)
