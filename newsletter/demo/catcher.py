"""The mail catcher as a program: SMTP on one port, pages to read the mails on another; delivers nothing to anybody.

python -m newsletter.demo.catcher --host 127.0.0.1 --port 1025 --http 8025 --folder data/caught
"""

import asyncio
import socket
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import uvicorn

from newsletter.clock import system_clock
from newsletter.demo.envelopes import Envelopes
from newsletter.demo.inbox import create_inbox
from newsletter.demo.smtp import Catcher
from newsletter.listening import listen


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=1025, show_default=True, help="Port of the SMTP server.")
@click.option("--http", default=8025, show_default=True, help="Port of the pages.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("data/caught"), show_default=True, help="Where mail is kept."
)
@click.option("--zone", type=ZoneInfo, default="UTC", show_default=True, help="Time zone of the pages.")
def main(host: str, port: int, http: int, folder: Path, zone: ZoneInfo) -> None:
    """Catch mail and show it. Nothing is delivered."""
    relay, pages = _listening(host, port), _listening(host, http)
    click.echo(f"SMTP on {host}:{port}, mails at http://{host}:{http}/", err=True)
    asyncio.run(_serve(Envelopes(folder, system_clock), relay, pages, zone))


def _listening(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened on: {error.strerror}.") from error


async def _serve(envelopes: Envelopes, relay: socket.socket, pages: socket.socket, zone: ZoneInfo) -> None:
    server = uvicorn.Server(uvicorn.Config(create_inbox(envelopes, zone), lifespan="off", log_level="warning"))
    mail = await Catcher(envelopes).listen(relay)
    try:
        await server.serve([pages])
    finally:
        mail.close()


if __name__ == "__main__":
    main()
