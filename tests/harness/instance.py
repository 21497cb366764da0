"""A whole instance for tests: the open application on a database of choice, with a clock that can be set."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from newsletter.bootstrap import Application, open_application
from newsletter.clock import MovableClock
from newsletter.settings import load
from tests.conftest import SECRET


def environment(database_url: str, data_dir: Path, *, relay_port: int = 0) -> dict[str, str]:
    """Give the settings of an instance whose feeds may come from this machine; without a port there is no relay."""
    relay = f"smtp://127.0.0.1:{relay_port}?tls=none&connections=2" if relay_port else ""
    return {
        "NEWSLETTER_DATABASE_URL": database_url,
        "NEWSLETTER_DATA_DIR": str(data_dir),
        "NEWSLETTER_SECRET_KEY": SECRET,
        "NEWSLETTER_ALLOW_LOOPBACK": "1",
        "NEWSLETTER_RELAY_URL": relay,
    }


@contextmanager
def opened(settings: dict[str, str], start: datetime) -> Iterator[tuple[Application, MovableClock]]:
    """Open the application; its clock begins at *start*."""
    clock = MovableClock(start)
    with open_application(load(settings), clock) as application:
        yield application, clock
