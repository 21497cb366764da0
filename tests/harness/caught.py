"""A letter that a mail catcher caught, and when."""

from datetime import UTC, datetime

CAUGHT_AT = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)

LETTER = """\
From: "CPDWL Newsletter" <letter@news.example>
To: =?utf-8?q?H=C3=A9l=C3=A8ne_Lef=C3=A8vre?= <helene@members.example>
Subject: =?utf-8?q?January_2020_=E2=80=93_?= =?utf-8?q?the_issue?=
List-Unsubscribe: <https://news.example/u/abcdefgh>,
 <mailto:leave@news.example>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Dear H=C3=A9l=C3=A8ne
--b
Content-Type: text/html; charset=utf-8

<!doctype html><html><head><title>t</title></head><body><p>Dear reader</p><a href="https://news.example/p/x">Preferences</a></body></html>
--b--
""".replace("\n", "\r\n").encode()
