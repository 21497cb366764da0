import signal
import smtplib
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.harness.ports import free_port


def test_the_program_catches_mail_and_shows_it(tmp_path: Path) -> None:
    """As a service of the compose file does: SMTP on one port, pages on another, mail in a folder; ends on SIGTERM."""
    port, http = free_port(), free_port()
    command = ["-m", "newsletter.demo.catcher", "--port", str(port), "--http", str(http), "--folder", str(tmp_path)]
    with subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
            client.sendmail("a@news.example", ["x@members.example"], "Subject: Caught by the program\r\n\r\ntext\r\n")
        with urllib.request.urlopen(f"http://127.0.0.1:{http}/", timeout=30) as answer:
            page = answer.read().decode()
        process.send_signal(signal.SIGTERM)
        process.wait(30)

    assert f"SMTP on 127.0.0.1:{port}, mails at http://127.0.0.1:{http}/" in told
    assert "Caught by the program" in page
    assert (tmp_path / "000001.eml").exists()
