"""OpenDKIM as the receiving side's verifier: writes into each mail what it thinks of its signatures."""

import re
import socket
import subprocess
from pathlib import Path
from typing import Self

from tests.maillab.names import ADDRESS
from tests.maillab.patience import wait_until

PORT = 8891
SERVER = "mx.mailbox.example"

_SETTINGS = f"""\
Mode v
Socket inet:{PORT}@127.0.0.1
AuthservID {SERVER}
AlwaysAddARHeader yes
Nameservers {ADDRESS}
InternalHosts 192.0.2.1
UserID opendkim
Syslog no
"""

_RESULT = re.compile(r"\bdkim=(\w+)")


class OpenDkim:
    """Runs while the block lasts."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._settings = folder / "opendkim.conf"
        self._settings.write_text(_SETTINGS)

    def __enter__(self) -> Self:
        command = ["opendkim", "-f", "-x", str(self._settings)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        wait_until(self._answers, "OpenDKIM takes connections")
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait()

    def _answers(self) -> bool:
        assert self._process.poll() is None, "OpenDKIM ended"
        try:
            socket.create_connection(("127.0.0.1", PORT), 5).close()
        except OSError:
            return False
        return True


def results(message: bytes) -> list[str]:
    """Give what our verifier found in a mail, signature by signature: `pass`, `fail`, `none` and the like."""
    head = re.sub(rb"\r?\n[ \t]+", b" ", message.partition(b"\r\n\r\n")[0]).decode("utf-8", "replace")
    lines = [line for line in head.splitlines() if line.startswith(f"Authentication-Results: {SERVER};")]
    return [found for line in lines for found in _RESULT.findall(line)]
