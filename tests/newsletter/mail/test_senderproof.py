"""What proves a sender, judged by what the DNS says."""

from dataclasses import replace

import pytest

from newsletter.mail.dkimrecord import Published
from newsletter.mail.senderproof import KeyLook, Point, Proof, Record, RelayLook, Seen, Standing, parents, prove

S = Standing
KEY = KeyLook(
    "example.org", "nl202002", True, Record("nl202002._domainkey.example.org", "TXT", "v=DKIM1; p=MII"), Published.RIGHT
)
GOOD = Seen(
    domain="example.org",
    return_domain="example.org",
    spf=("v=spf1 mx -all", "google-site-verification=x"),
    dmarc={"example.org": ("v=DMARC1; p=reject",)},
    keys=(KEY,),
    mail_servers=("mx.example.org",),
    has_address=True,
    relays=(RelayLook("main", "mail.example.org", {"192.0.2.1": ("mail.example.org",)}),),
    troubles={},
)


def point(proof: Proof, what: str) -> Point:
    """Give the first point about something."""
    return next(one for one in proof.points if one.what == what)


def test_whole_picture_of_a_domain_that_is_well() -> None:
    """Nothing to do, and both prove it."""
    proof = prove(GOOD)

    assert {S.RIGHT} == {one.standing for one in proof.points}
    assert (True, True, "reject", False) == (
        proof.is_spf_aligned,
        proof.is_dkim_aligned,
        proof.policy,
        proof.is_turned_away,
    )


def test_bare_domain_is_told_what_to_publish() -> None:
    """Each record with its name and its value."""
    bare = replace(GOOD, spf=(), dmarc={"example.org": ()}, keys=(), mail_servers=(), has_address=False)
    proof = prove(bare)

    assert {"SPF", "DKIM", "DMARC", "MX"} == {one.what for one in proof.points if one.standing is S.WRONG}
    assert Record("example.org", "TXT", "v=spf1 a:mail.example.org ~all") == point(proof, "SPF").record
    assert (
        Record("_dmarc.example.org", "TXT", "v=DMARC1; p=none; rua=mailto:postmaster@example.org")
        == point(proof, "DMARC").record
    )
    assert "newsletter dkim new example.org" == point(proof, "DKIM").command
    assert not proof.is_turned_away


@pytest.mark.parametrize(
    ("spf", "standing", "words"),
    [
        (("v=spf1 include:a.example ~all",), S.RIGHT, "says which servers"),
        (("v=spf1 -all", "v=spf1 mx -all"), S.WRONG, "2 SPF records"),
        (("v=spf1 +all",), S.WRONG, "every server of the world"),
        (("v=spf10 mx -all",), S.WRONG, "does not say"),
        (("v=spf1 " + " ".join(f"include:{n}.example" for n in range(11)),), S.WRONG, "more than 10 look-ups"),
        (("v=spf1 ipv4:192.0.2.1 -all",), S.WRONG, "“ipv4:192.0.2.1”"),
        (("v=spf1 -all",), S.WRONG, "no server may send"),
        (("v=spf1 mx",), S.ADVICE, "says which servers"),
    ],
)
def test_spf_is_read_as_receivers_read_it(spf: tuple[str, ...], standing: Standing, words: str) -> None:
    """RFC 7208: one record, ten look-ups."""
    found = point(prove(replace(GOOD, spf=spf)), "SPF")

    assert standing is found.standing
    assert words in found.text


@pytest.mark.parametrize(
    ("published", "standing"),
    [(Published.RIGHT, S.RIGHT), (Published.MISSING, S.WRONG), (Published.TESTING, S.WRONG), (None, S.UNKNOWN)],
)
def test_key_that_signs_must_be_published(published: Published | None, standing: Standing) -> None:
    """With the record, where it is not."""
    found = point(prove(replace(GOOD, keys=(replace(KEY, published=published),))), "DKIM")

    assert standing is found.standing
    assert (KEY.record if standing is S.WRONG else None) == found.record


def test_key_that_was_made_is_to_be_activated() -> None:
    """It signs nothing until then."""
    proof = prove(replace(GOOD, keys=(replace(KEY, is_active=False),)))

    assert "newsletter dkim activate example.org nl202002" == point(proof, "DKIM").command
    assert proof.is_dkim_aligned is False


def test_mail_that_nothing_proves_is_turned_away() -> None:
    """Where the domain itself asks for that; a look-up that failed is no proof of it."""
    unproven = replace(GOOD, spf=(), keys=())

    assert prove(unproven).is_turned_away
    assert not prove(replace(unproven, dmarc={"example.org": ("v=DMARC1; p=none",)})).is_turned_away
    assert not prove(replace(unproven, troubles={"SPF": "no name server answered"})).is_turned_away


def test_policy_of_a_parent_holds_for_its_children() -> None:
    """Its sp, where it has one; bounces to a sister are aligned, unless it is strict."""
    above = ("v=DMARC1; p=none; sp=quarantine",)
    seen = replace(
        GOOD,
        domain="news.example.org",
        return_domain="bounces.example.org",
        dmarc={"news.example.org": (), "example.org": above},
    )
    strict = replace(seen, dmarc={"news.example.org": ("v=DMARC1; p=reject; aspf=s; adkim=s",)})

    assert ("quarantine", True, True) == (prove(seen).policy, prove(seen).is_spf_aligned, prove(seen).is_dkim_aligned)
    assert (False, False) == (prove(strict).is_spf_aligned, prove(strict).is_dkim_aligned)
    assert ("news.example.org", "example.org") == parents("news.example.org")
    assert ("org",) == parents("org")


@pytest.mark.parametrize("texts", [("v=DMARC1; p=none", "v=DMARC1; p=reject"), ("v=DMARC1; rua=mailto:a@example.org",)])
def test_dmarc_that_receivers_do_not_use_is_wrong(texts: tuple[str, ...]) -> None:
    """Several, or one without a policy."""
    proof = prove(replace(GOOD, dmarc={"example.org": texts}))

    assert (S.WRONG, "") == (point(proof, "DMARC").standing, proof.policy)


@pytest.mark.parametrize(
    ("servers", "has_address", "standing"), [(("",), True, S.WRONG), ((), True, S.ADVICE), ((), False, S.WRONG)]
)
def test_answers_must_go_somewhere(servers: tuple[str, ...], has_address: bool, standing: Standing) -> None:  # noqa: FBT001 -- a fact
    """RFC 7505: one empty name says that nobody takes mail."""
    assert standing is point(prove(replace(GOOD, mail_servers=servers, has_address=has_address)), "MX").standing


def test_relay_without_a_name_is_told() -> None:
    """One on this machine has none to look at."""
    nameless = RelayLook("main", "mail.example.org", {"192.0.2.1": ()})
    local = RelayLook("local", "127.0.0.1", {})

    assert S.ADVICE is point(prove(replace(GOOD, relays=(nameless,))), "PTR").standing
    assert S.UNKNOWN is point(prove(replace(GOOD, relays=(local,))), "PTR").standing


@pytest.mark.parametrize(
    "spf",
    ["v=spf1 ip4:192.0.2.0/33 -all", "v=spf1 -all", "v=spf1 " + " ".join(f"a:{n}.example" for n in range(11))],
)
def test_a_record_that_receivers_cannot_use_proves_nothing(spf: str) -> None:
    """Mail of such a domain is turned away where nothing else proves it."""
    proof = prove(replace(GOOD, spf=(spf,), keys=()))

    assert proof.is_spf_aligned is False
    assert proof.is_turned_away


def test_look_ups_of_what_is_included_count() -> None:
    """Of each domain, also of those that include each other for ever."""
    wide = {f"{n}.example": ("v=spf1 mx a exists:x.example -all",) for n in range(4)}
    record = "v=spf1 " + " ".join(f"include:{name}" for name in wide) + " -all"
    loop = {"a.example": ("v=spf1 include:b.example -all",), "b.example": ("v=spf1 include:a.example -all",)}

    for spf, included in ((record, wide), ("v=spf1 include:a.example -all", loop)):
        found = point(prove(replace(GOOD, spf=(spf,), included=included)), "SPF")
        assert (S.WRONG, True) == (found.standing, "more than 10 look-ups" in found.text)


def test_include_of_a_domain_without_a_record_is_wrong() -> None:
    """Receivers stop there; of one that did not answer nobody knows."""
    seen = replace(GOOD, spf=("v=spf1 include:gone.example mx -all",))

    assert "gone.example, which has no SPF record" in point(prove(replace(seen, included={"gone.example": ()})), "SPF").text
    assert S.RIGHT is point(prove(seen), "SPF").standing


def test_sisters_under_one_organisation_are_aligned() -> None:
    """Though the sender's own name has a record, too."""
    dmarc = {"news.example.org": ("v=DMARC1; p=none",), "example.org": ("v=DMARC1; p=reject",)}

    assert prove(replace(GOOD, domain="news.example.org", return_domain="bounces.example.org", dmarc=dmarc)).is_spf_aligned


def test_what_the_dns_says_cannot_paint_a_terminal() -> None:
    """Whoever runs a domain writes it, and a doctor reads it aloud."""
    hostile = "v=spf1 mx \x1b[2J\x07" + "a:x.example " * 200

    assert all(
        "\x1b" not in one.text + one.mend and len(one.text + one.mend) < 1000
        for one in prove(replace(GOOD, spf=(hostile,))).points
    )
