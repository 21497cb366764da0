"""Whom a program looks for among the people: read from the query of a request."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import Depends, Query

from newsletter.errors import BadValue
from newsletter.mail import fates
from newsletter.web.api.fields import NO_NUL, Moment, Number
from subscribers import topicbook
from subscribers.directory import LONGEST_TEXT
from subscribers.errors import TopicNotFound
from subscribers.model import SubscriptionState
from subscribers.narrowing import Kept, Source, Wanted, Way
from subscribers.sentence import say
from subscribers.transaction import Transaction

LONGEST_LANGUAGE = 35


@dataclass(frozen=True, slots=True)
class Looked:
    """By what people are looked for; what is not said lets everybody through."""

    q: Annotated[str, Query(max_length=LONGEST_TEXT, pattern=NO_NUL, description="How address or name begin.")] = ""
    list_id: Annotated[Number | None, Query(description="Only people of this list.")] = None
    state: Annotated[SubscriptionState | None, Query(description="Only those who stand so to it.")] = None
    since: Annotated[Moment | None, Query(description="Only those who are known since then.")] = None
    topic_id: Annotated[Number | None, Query(description="Only those who take this topic.")] = None
    language: Annotated[str, Query(max_length=LONGEST_LANGUAGE, pattern=NO_NUL, description="Only those who speak it.")] = ""
    source: Annotated[Source | None, Query(description="Only those who came by it.")] = None
    import_id: Annotated[Number | None, Query(description="Only those whom this import brought.")] = None
    kept: Annotated[Kept | None, Query(description="Only those who are kept out, or are not.")] = None
    refused: Annotated[bool, Query(description="Only those to whom a relay refused mail.")] = False

    @property
    def said(self) -> Mapping[str, str]:
        """What is asked for, by its names; without what is not."""
        return {name: str(value) for name, value in asdict(self).items() if value}

    def wanted(self, tx: Transaction, lists: frozenset[int] | None) -> Wanted:
        """Give the question, of whoever may see the people of *lists*; None: of all.

        Raises:
            BadValue: there is no such topic.

        """
        return Wanted(
            text=self.q.strip(),
            order=Way.OLDEST,
            lists=lists,
            list_id=self.list_id,
            state=self.state,
            topic_id=self.topic_id,
            topic_list_id=_list_of(tx, self.topic_id) if self.topic_id is not None else None,
            language=self.language,
            source=self.source,
            import_id=self.import_id,
            since=self.since,
            kept=self.kept,
            also=fates.was_refused if self.refused else None,
        )


Looking = Annotated[Looked, Depends()]


def _list_of(tx: Transaction, topic_id: int) -> int:
    try:
        return topicbook.by_id(tx, topic_id).list_id
    except TopicNotFound as error:
        raise BadValue(say("topic"), str(topic_id), say("there is no such topic")) from error
