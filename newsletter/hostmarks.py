"""By what a machine is told from a clone of it: its start, its installation, its hardware and its network cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

# What runs first where the whole system is ours. In a container it is something else, and its machine-id is that of an image.
_INITS = frozenset({"systemd", "init", "runit", "openrc-init", "s6-svscan"})

# A card says so of an address that it was made with; one that was made up may be another tomorrow.
_PERMANENT = "0"


@dataclass(frozen=True, slots=True)
class Marks:
    """What was seen of a machine, as hashes; empty where it could not be."""

    # Another one at each start of the system.
    boot: str = ""
    # Of the installation, and of the hardware, be it real or not.
    machine: str = ""
    product: str = ""
    cards: tuple[str, ...] = ()

    def is_another_machine(self, now: "Marks") -> bool:
        """Whether what is seen *now* is of another machine. Of one that has not started since it is never."""
        if self.boot and self.boot == now.boot:
            return False
        pairs = ((self.machine, now.machine), (self.product, now.product))
        if any(before and after and before != after for before, after in pairs):
            return True
        return bool(self.cards and now.cards and not set(self.cards) & set(now.cards))


def seen(root: Path = Path("/")) -> Marks:
    """Look at this machine; what cannot be read is left empty, as it is on other systems than Linux."""
    is_whole = _word(root / "proc/1/comm") in _INITS
    cards = (_card(one) for one in sorted((root / "sys/class/net").glob("*")))
    return Marks(
        boot=_hash(_word(root / "proc/sys/kernel/random/boot_id")),
        machine=_hash(_word(root / "etc/machine-id")) if is_whole else "",
        product=_hash(_word(root / "sys/class/dmi/id/product_uuid")),
        cards=tuple(_hash(one) for one in cards if one),
    )


def read(kept: Mapping[str, Any]) -> Marks:
    """Read marks as they were kept; none where there are none."""
    texts = {name: str(kept.get(name) or "") for name in ("boot", "machine", "product")}
    return Marks(**texts, cards=tuple(str(one) for one in kept.get("cards") or ()))


def _card(folder: Path) -> str:
    # Only what is a device: bridges and the ends of containers come and go.
    is_real = (folder / "device").exists() and _word(folder / "addr_assign_type") == _PERMANENT
    return _word(folder / "address") if is_real else ""


def _word(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16] if text else ""
