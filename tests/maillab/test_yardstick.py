"""The Postfix that benchmarks mail into, and how fast Postfix's own C program gets mail into it."""

import smtplib
import subprocess
import time

from tests.maillab.lab import Lab
from tests.maillab.postfix import taking

PORT = 2525
MESSAGES = 2000
# About that of the large mailing's mails, in bytes; and as many sessions as its relay has connections.
SIZE = 4500
SESSIONS = 5


def test_postfix_for_benchmarks_takes_mail_and_keeps_nothing(lab: Lab) -> None:
    """It offers what fast mailing wants, and what it took is gone."""
    with taking("127.0.0.1", PORT) as postfix:
        with smtplib.SMTP("127.0.0.1", PORT) as client:
            client.ehlo()
            offered = {"pipelining", "chunking", "smtputf8", "8bitmime"} - client.esmtp_features.keys()
        began = time.monotonic()
        command = ["smtp-source", "-s", str(SESSIONS), "-m", str(MESSAGES), "-l", str(SIZE), f"127.0.0.1:{PORT}"]
        subprocess.run(command, check=True)
        seconds = time.monotonic() - began
        lab.settled(postfix)
        log = postfix.log.read_text()
        folder = postfix.folder

    assert set() == offered
    assert MESSAGES == log.count("status=sent (")
    assert not folder.exists()
    lab.notes.append(
        f"smtp-source into a Postfix that throws away, in clear: {MESSAGES / seconds:,.0f} a second over {SESSIONS} sessions"
    )
