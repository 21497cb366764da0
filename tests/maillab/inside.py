"""The first process of the lab's namespaces: sets them up so that nothing of the machine can be changed, then runs the tests.

It is started by scripts/maillab with the scratch folder and pytest's arguments.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

from tests.maillab.lab import MX_ADDRESS, RELAY_ADDRESS, SCRATCH
from tests.maillab.names import ADDRESS

ROOT = Path(__file__).parents[2]

HOST_NAME = "newsletter.test"
HOSTS = "127.0.0.1 localhost\n"
RESOLVER = f"nameserver {ADDRESS}\noptions timeout:2 attempts:2\n"

# Numbers of Linux: SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFADDR and IFF_UP.
_GET_FLAGS, _SET_FLAGS, _SET_ADDRESS, _IS_UP = 0x8913, 0x8914, 0x8916, 1


def raise_loopback() -> None:
    """Bring up the only interface there is, with the addresses of the servers; iproute2 is not on every machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sh14x", b"lo", 0))
        flags: int = struct.unpack("16sh14x", request)[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _IS_UP))
        # Each under a name of its own: Postfix wants to find its addresses on an interface.
        for number, address in enumerate((RELAY_ADDRESS, MX_ADDRESS, ADDRESS), 1):
            named = struct.pack("16sHH4s8x", f"lo:{number}".encode(), socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(any_socket, _SET_ADDRESS, named)


def close_the_disk(scratch: Path) -> None:
    """Make everything but *scratch* read-only, and let names be asked of the lab's own server."""
    _mount("--bind", scratch, scratch)
    for name, text in (("hosts", HOSTS), ("resolv.conf", RESOLVER)):
        (scratch / name).write_text(text)
        _mount("--bind", scratch / name, Path("/etc", name).resolve())
    _mount("-o", "remount,bind,ro", "/")


def main(scratch: Path, arguments: list[str]) -> int:
    """Run the tests of this folder; gives pytest's exit code."""
    raise_loopback()
    # A name of this namespace alone.
    socket.sethostname(HOST_NAME)
    close_the_disk(scratch)
    (scratch / "tmp").mkdir()
    environment = {
        **os.environ,
        SCRATCH: str(scratch),
        "TMPDIR": str(scratch / "tmp"),
        "HOME": str(scratch),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Postfix logs local times, the product keeps UTC.
        "TZ": "UTC",
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={scratch / 'pytest'}"]
    chosen = [one for one in arguments if one.startswith("tests/")]
    return subprocess.run(
        [*command, *arguments, *([] if chosen else ["tests/maillab"])], cwd=ROOT, env=environment, check=False
    ).returncode


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
