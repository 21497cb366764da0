"""Which pages of the desk `benchmarks.desk` visits, with which questions, and which of them only fill a number in."""

import re
from collections.abc import Iterator, Mapping

from benchmarks.deskhouse import House
from newsletter.web.visits import Page

_ISSUE = "/desk/issues/{issue_id:int}"

LEFT_OUT: Mapping[str, str] = {
    "/desk/settings/domains/look": "asks the DNS",
    "/desk/settings/feeds/try": "asks a feed",
    "/desk/settings/feeds/{feed_id:int}/test": "asks a feed",
    "/desk/account/second-factor": "stands behind a form",
    "/desk/account/passkeys/new": "stands behind a form",
    "/desk/sign-in/second": "stands behind a form",
    "/desk/sign-in/passkey": "stands behind a form",
    "/desk/sign-in/provider": "leads to another site",
    "/desk/sign-in/provider/back": "is come to from another site",
    "/desk/link/{token}/provider": "leads to another site",
    # A file, and no page.
    "/samples/{name}": "is a picture",
}

# Requests that a page makes behind itself, for a number that grows with the list; and tables that are asked for apart because
# they walk everybody.
COUNTS = frozenset(
    {
        "/desk/people?count=1",
        "/desk/people/export/found?count=1",
        "/desk/people/segments/{segment_id:int}/export?count=1",
        "/desk/settings/lists/{list_id:int}/people",
        "/desk/settings/questions/{key}/people",
        "/desk/settings/retention/rehearsal",
        "/desk/newsletters/{newsletter_id:int}/readers",
        f"{_ISSUE}/send/count",
        f"{_ISSUE}/send/count?segment={{segment_id}}",
        f"{_ISSUE}/send/look?counted=1",
        f"{_ISSUE}/rest?counted=1",
        f"{_ISSUE}/rest?counted=1&also_new=1",
        f"{_ISSUE}/figures/domains",
        f"{_ISSUE}/figures/domains.csv",
        "/desk/figures/size",
        "/desk/figures/size.csv",
    }
)

# What a page is asked besides; each is a page of its own.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "/desk/people": (
        "q=person12",
        "q=person+7",
        "q=p",
        "q=nobody-of-this-name",
        "list={list_id}&state=confirmed",
        "list={list_id}&language=fr&kept=not&sort=oldest",
        "language=xx",
        "kept=bounced",
        "source=form&returned=1",
        "since=2020-01-25",
        "sort=address",
        "count=1",
    ),
    "/desk/newsletters/{newsletter_id:int}/issues": ("state=sent", "before=100"),
    "/desk/newsletters/{newsletter_id:int}/authors": ("q=ada",),
    f"{_ISSUE}/compose": (
        "side=preview",
        "side=posts",
        "side=posts&q=staying&state=all",
        "side=checks",
        "open=head",
        "open=a{article_id}",
        "open=c{article_id}",
        "open=s{section_id}",
        "open=n{section_id}",
    ),
    f"{_ISSUE}/figures/clicks": ("after=1-1",),
    **dict.fromkeys(
        ("/desk/settings/audit", "/desk/settings/audit.csv", "/desk/settings/audit.json"),
        ("actor=Ada", "act=issue&subject=issue+1", "since=2020-01-25&until=2030-01-01"),
    ),
    "/desk/people/export/found": ("count=1",),
    "/desk/people/segments/{segment_id:int}/export": ("count=1",),
    "/desk/people/suppression": ("address=person50@d0.example.org", "reason=manual"),
    "/desk/returns": ("show=nobody", "show=bounce", "show=complaint", "show=challenge", "issue={mailed}", "before=1000"),
    f"{_ISSUE}/send/count": ("segment={segment_id}",),
    f"{_ISSUE}/send/look": ("when=at&at={soon}", "counted=1"),
    f"{_ISSUE}/rest": ("counted=1", "counted=1&also_new=1"),
}

# The tables that pages of figures give as files.
FILES: Mapping[str, tuple[str, ...]] = {
    "/desk/figures/{key}.csv": ("issues", "returns", "list", "sign-up", "reasons", "size"),
    f"{_ISSUE}/figures/{{key}}.csv": (
        *("outcome", "clicks", "refused", "bounced", "bounced-domains", "bounced-texts", "came-back", "left", "left-by-day"),
        "domains",
    ),
}


def whatever_state(shown: str) -> str:
    """Give what a page is called without the state of the issue behind it."""
    return shown.partition(" (")[0]


def is_count(page: str) -> bool:
    """Whether a page only fills a number in, whatever the state of the issue that is named behind it."""
    return whatever_state(page) in COUNTS


def addresses(page: Page, house: House) -> Iterator[tuple[str, str]]:
    """Give what a page is called, and where it is: for an issue in each state, and with each question."""
    there = next((ids for begins, ids in house.places.items() if page.path.startswith(begins)), {})
    yield from _asked(page.path, {**house.ids, **there}, "")
    if page.path.startswith(_ISSUE):
        for state, ids in house.states.items():
            yield from _asked(page.path, {**house.ids, **ids}, f" ({state})")


def _asked(path: str, ids: Mapping[str, str | int], state: str) -> Iterator[tuple[str, str]]:
    for key in FILES.get(path, ("",)):
        shown = path.replace("{key}", key) if key else path
        address = re.sub(r"\{(\w+)(?::int)?\}", lambda found: str(ids.get(found[1], 1)), shown)
        yield f"{shown}{state}", address
        for question in QUESTIONS.get(path, ()):
            yield f"{shown}?{question}{state}", f"{address}?{question.format(**ids)}"
