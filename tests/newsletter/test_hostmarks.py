"""By what a machine is told from its clone."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from newsletter import hostmarks
from newsletter.hostmarks import Marks


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give what Linux shows of a machine with one real card and a bridge."""
    files = {
        "proc/1/comm": "systemd\n",
        "proc/sys/kernel/random/boot_id": "0b8e4ac2\n",
        "etc/machine-id": "f00d\n",
        "sys/class/dmi/id/product_uuid": "4c4c\n",
        "sys/class/net/eth0/address": "52:54:00:00:00:01\n",
        "sys/class/net/eth0/addr_assign_type": "0\n",
        "sys/class/net/eth0/device/vendor": "x",
        "sys/class/net/br0/address": "52:54:00:00:00:02\n",
        "sys/class/net/br0/addr_assign_type": "0\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_marks_are_kept_as_hashes(root: Path) -> None:
    """They come back as they were, and tell nothing."""
    marks = hostmarks.seen(root)
    kept = json.dumps(asdict(marks))

    assert 1 == len(marks.cards)
    assert "52:54" not in kept
    assert "4c4c" not in kept
    assert marks == hostmarks.read(json.loads(kept))


def test_container_has_no_machine_of_its_own(root: Path) -> None:
    """Its image may be built anew at any time."""
    (root / "proc/1/comm").write_text("python\n")

    assert not hostmarks.seen(root).machine


def test_card_whose_address_was_made_up_is_no_mark(root: Path) -> None:
    """As a laptop makes up another one in each network."""
    (root / "sys/class/net/eth0/addr_assign_type").write_text("3\n")

    assert () == hostmarks.seen(root).cards


def test_nothing_to_be_seen_is_no_other_machine(root: Path, tmp_path: Path) -> None:
    """On other systems, and where nobody may look."""
    assert Marks() == hostmarks.seen(tmp_path / "nowhere")
    assert not hostmarks.seen(root).is_another_machine(Marks())
    assert not Marks().is_another_machine(hostmarks.seen(root))


def test_same_start_is_the_same_machine(root: Path) -> None:
    """Whatever cards came and went."""
    before = hostmarks.seen(root)
    (root / "sys/class/net/eth0/address").write_text("52:54:00:00:00:09\n")

    assert not before.is_another_machine(hostmarks.seen(root))
    (root / "proc/sys/kernel/random/boot_id").write_text("another\n")
    assert before.is_another_machine(hostmarks.seen(root))
