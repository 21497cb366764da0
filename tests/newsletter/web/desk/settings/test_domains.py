"""Sending domains at the desk: what a name server says of them."""

import html
import re

import dns.resolver
import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.mail import dkimkeys
from tests.harness.nameserver import BROKEN, name_server
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/domains"

_POINT = re.compile(
    r'mark--\w+">([^<]+)</span>\s*<div class="point__text">\s*<p><strong class="point__what">(\w+)</strong>: (.*?)</p>'
)


def looked(desk: OpenDesk) -> tuple[str, dict[str, str], dict[str, str]]:
    """Ask the name server; gives the page, how each thing stands with what was found, and the records to be published."""
    page = html.unescape(desk.page(f"{HERE}/look")).partition("what the DNS says")[2]
    page = page.partition("</section>")[0]
    names = re.findall(r'id="dns-[^"]+-name"[^>]*>([^<]+)<', page)
    values = re.findall(r'id="dns-[^"]+-value"[^>]*>([^<]+)<', page)
    points = {what: f"{standing}: {found}" for standing, what, found in _POINT.findall(page)}
    return page, points, dict(zip(names, values, strict=True))


def test_records_that_are_missing_are_shown_to_be_published(
    desk: OpenDesk, database: Database, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPF, DKIM and DMARC, each with its name and its value; once they are there, the page says so."""
    desk.press(f"{HERE}/keys", domain="example.org", kind="rsa")
    with database.read() as tx:
        [key] = dkimkeys.all_keys(tx)
    with name_server() as server:

        def ask_it(resolver: dns.resolver.Resolver, _file: str) -> None:
            resolver.nameservers, resolver.port = ["127.0.0.1"], server.port

        # In place of the name server of this machine.
        monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", ask_it)
        server.others["example.org", "MX"] = ("10 mx.example.org.",)
        bare, missing, records = looked(desk)
        server.texts |= {name: ((value,),) for name, value in records.items()}
        server.publish(key.record)
        allowed = desk.press(f"{HERE}/activate", domain=key.domain, selector=key.selector)
        proven, there, none = looked(desk)

    assert {
        "example.org": "v=spf1 mx ~all",
        "_dmarc.example.org": "v=DMARC1; p=none; rua=mailto:postmaster@example.org",
        key.record.name: key.record.value,
    } == records
    assert "Nothing proves its mail: much of it ends in the spam folder." in bare
    assert "Wrong: example.org does not say which servers may send its mail." == missing["SPF"]
    assert missing["DKIM"].startswith("Wrong: No key of ours signs the mail of example.org")
    assert missing["DMARC"].startswith("Wrong: example.org has no DMARC record")

    assert 303 == allowed.status_code
    assert "Its mail is proven by SPF and DKIM." in proven
    assert "Well: example.org says which servers may send its mail: v=spf1 mx ~all" == there["SPF"]
    assert f"Well: The key {key.selector} of example.org signs, and the DNS has this key." == there["DKIM"]
    assert "Well: _dmarc.example.org asks receivers to change nothing (p=none)." == there["DMARC"]
    assert {} == none


def test_a_name_server_that_says_nothing_is_no_missing_record(
    desk: OpenDesk, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is to be published then, and nobody is told that it is wrong."""

    def ask_nobody(resolver: dns.resolver.Resolver, _file: str) -> None:
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.port

    with name_server(manner=BROKEN) as server:
        monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", ask_nobody)
        page, points, records = looked(desk)

    assert "Whether anything proves its mail is not known." in page
    assert {"SPF", "DMARC", "MX"} == {what for what, said in points.items() if said.startswith("Not known: Nobody knows")}
    assert {} == records
