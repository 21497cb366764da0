import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.demo import acts
from newsletter.demo.servers import USUAL_PORT, listening
from tests.harness.wheels import built, installed

NEWSLETTER = Path(sys.executable).with_name("newsletter")


def test_once_ends_with_figures_that_agree_and_leaves_nothing(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """On any port: the worker drafts and mails, a reader leaves by one click, and stdout is one JSON object.

    From a wheel that pip put into an empty environment, without Node and without a checkout. The source archive installs
    the same one (tests/house/test_wheel.py).
    """
    folder = tmp_path_factory.mktemp("installed")
    environment = installed(built("wheel", folder), folder / "environment")
    with listening(USUAL_PORT):
        ended = subprocess.run(
            [environment / "bin" / "newsletter", "demo", "--once"],
            env={"PATH": f"{environment}/bin", "HOME": str(folder), "LANG": "C.UTF-8", "TMPDIR": str(tmp_path)},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    assert 0 == ended.returncode, ended.stderr
    outcome = json.loads(ended.stdout)
    seconds, address = outcome.pop("seconds"), outcome.pop("archive_url")
    assert outcome == {
        "posts": 19,
        "articles": 14,
        "events": 4,
        "sections": [section.title for section in acts.plan()],
        "audience": 200,
        "accepted": 200,
        "refused": 0,
        "uncertain": 0,
        "inbox": 200,
        "one_click_unsubscribed": 1,
        "second_issue_audience": 199,
        "second_issue_inbox": 199,
        "duplicates": 0,
        "archive_status": 200,
    }
    assert 0 < seconds
    assert address.endswith("/archive/cpdwl-newsletter/1")
    assert f":{USUAL_PORT}/" not in address
    assert "The worker drafted January 2020: 14 articles in 6 sections." in ended.stderr
    assert [] == list(tmp_path.iterdir())


def test_ctrl_c_in_the_middle_ends_it_in_one_sentence(tmp_path: Path) -> None:
    """No traceback, and no folder left behind."""
    with subprocess.Popen(
        [NEWSLETTER, "demo"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # As a terminal does it: everybody of the group gets the signal, the child process for templates as well.
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)
        try:
            out, rest = process.communicate(timeout=60)
        finally:
            # Whatever came of it: a demonstration that stays up would be waited for until the end of days.
            process.kill()

    assert "CPDWL Newsletter: due every first Monday" in first
    assert (130, "") == (process.returncode, out)
    assert ["Error: Stopped."] == [line for line in rest.splitlines() if line and not line.startswith("Sat")]
    assert [] == list(tmp_path.iterdir())
