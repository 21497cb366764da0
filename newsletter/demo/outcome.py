"""What a run of the demonstration came to, and whether its figures agree."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of one run; everything that arrived is counted from the envelopes of the catcher."""

    # Posts that were read from the feed and kept.
    posts: int
    # What the first issue carries: the posts of its month, and the letter.
    articles: int
    # What happens when and where: the posts among them that say so, and what the editors typed.
    events: int
    sections: tuple[str, ...]
    # Of the first issue, as the ledger has them.
    audience: int
    accepted: int
    refused: int
    uncertain: int
    # Mails of the first issue that the catcher holds.
    inbox: int
    one_click_unsubscribed: int
    second_issue_audience: int
    second_issue_inbox: int
    # People who got an issue more than once.
    duplicates: int
    archive_url: str
    archive_status: int
    seconds: float

    def to_json(self) -> str:
        """Give the figures as one object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Expected:
    """What is known beforehand, from the demo's own material."""

    subscribers: int
    # Posts of the month, on the site's clock.
    posts_of_the_month: int
    sections: tuple[str, ...]
    events: int


def problems(outcome: Outcome, expected: Expected) -> tuple[str, ...]:
    """Give a sentence for every figure that does not agree with another; none when all is well."""
    claims = (
        (outcome.posts >= expected.posts_of_the_month, "not all posts of the month were read"),
        (
            outcome.articles == expected.posts_of_the_month + 1,
            "the issue does not carry every post of the month and the letter",
        ),
        (outcome.events == expected.events, "the dates are not those that were written"),
        (outcome.sections == expected.sections, "the sections are not those of the plan"),
        (outcome.audience == expected.subscribers, "the audience is not everybody who was imported"),
        (outcome.accepted == outcome.audience, "not everybody's mail was accepted"),
        (outcome.refused == 0, "mail was refused"),
        (outcome.uncertain == 0, "nobody knows whether some mail was accepted"),
        (outcome.inbox == outcome.accepted, "the catcher does not hold what was accepted"),
        (outcome.one_click_unsubscribed == 1, "the one-click unsubscribe was not answered with success"),
        (outcome.second_issue_audience == outcome.audience - 1, "whoever left was not left out of the second issue"),
        (outcome.second_issue_inbox == outcome.second_issue_audience, "the second issue did not reach its audience"),
        (outcome.duplicates == 0, "somebody got an issue twice"),
        (outcome.archive_status == HTTPStatus.OK, "the public page does not answer"),
    )
    return tuple(sentence for holds, sentence in claims if not holds)


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail in one person's inbox."""

    subject: str
    recipient: str


def count_duplicates(caught: Iterable[Caught]) -> int:
    """Give how many mails were one too many: the same issue to the same person again."""
    return sum(count - 1 for count in Counter(caught).values())
