"""Who gets an issue, as it is chosen at the desk: those in a segment, those in none, and those who take a topic of its list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from newsletter.bootstrap import Application
from newsletter.errors import BadValue, WrongState
from newsletter.issues import editing, readers, selection
from newsletter.issues.model import EDITABLE, Issue, IssueState
from newsletter.issues.selection import Selection
from newsletter.languages.catalogue import Words
from newsletter.mail import audiences
from newsletter.mail.audiences import Wish
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Permission, allowed
from newsletter.web.spelled import ENGLISH_WORDS
from newsletter.web.visits import Visit
from subscribers import topicbook
from subscribers.model import Topic
from subscribers.segments import store as segments
from subscribers.segments.store import Segment
from subscribers.sentence import say
from subscribers.transaction import Transaction

S = IssueState

# Somebody has approved it for these people; whoever wants others takes the approval back first.
_APPROVED = frozenset({S.APPROVED, S.SCHEDULED})

# What a select says of a selection that none of its segments is by itself.
AS_IT_IS = "as-it-is"


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a select."""

    value: str
    words: str
    is_chosen: bool = False
    # False: nobody can tell whom it means.
    is_possible: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """A topic with its box."""

    topic: Topic
    is_on: bool

    @property
    def field(self) -> str:
        """The name of its box in the form."""
        return f"topic-{self.topic.id}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen for an issue, and what is."""

    included: tuple[Option, ...]
    excluded: tuple[Option, ...]
    topics: tuple[Tick, ...]
    # Topics it is for that are offered no more.
    former: tuple[str, ...]
    # Shown, and not to be changed.
    is_approved: bool


def choice(application: Application, issue: Issue, actor: Actor, words: Words = ENGLISH_WORDS) -> Choice | None:
    """Give what *actor* can choose for an issue; None when there is nothing to choose from, or it is not theirs to do."""
    if issue.state not in EDITABLE or not allowed(actor, Permission.EDIT, issue.newsletter_id):
        return None
    with application.database.read() as tx:
        known = segments.all_segments(tx)
        selected = selection.of_issue(tx, issue)
        offered, chosen = _topics(tx, issue)
        lost = [one.id for one in known if not audiences.can_be_asked(tx, one, application.clock())]
    if not (known or offered or chosen):
        return None
    return Choice(
        included=_options(words.gettext("Everybody"), selected.included, known, lost, words),
        excluded=_options(words.gettext("Nobody"), selected.excluded, known, lost, words),
        topics=tuple(Tick(one, one in chosen) for one in offered),
        former=tuple(one.name for one in chosen if one not in offered),
        is_approved=issue.state in _APPROVED,
    )


def choose(tx: Transaction, visit: Visit, issue: Issue) -> None:
    """Let an issue go to whom the form says; a part of it that is not there leaves that as it is.

    Raises:
        WrongState: it was approved for others, or is being sent, was sent or cancelled.
        BadValue: a segment was removed meanwhile, or is to be in and out at once.

    """
    if issue.state in _APPROVED or issue.state not in EDITABLE:
        raise WrongState(issue.id, say("given other readers"), issue.state.words)
    selected = selection.of_issue(tx, issue)
    before = (_names(selected.included), _names(selected.excluded))
    wanted = (
        _names(_wanted(tx, visit.form, "segment", selected.included)),
        _names(_wanted(tx, visit.form, "except", selected.excluded)),
    )
    if wanted != before:
        included, excluded = wanted
        editing.select_people(tx, issue.id, visit.now, included=included, excluded=excluded)
        _record(tx, visit, issue, "issue.audience", included=included, excluded=excluded)
    offered, chosen = _topics(tx, issue)
    ticked = [one for one in offered if Tick(one, is_on=True).field in visit.form]
    if "topics" in visit.form and ticked != [one for one in offered if one in chosen]:
        names = [one.name for one in ticked]
        readers.set_topics(tx, issue.id, names, visit.now)
        _record(tx, visit, issue, "issue.topics", topics=names)


def wished(tx: Transaction, visit: Visit, issue: Issue) -> Wish:
    """Give whom the address asks about; what it does not speak of is as it is kept.

    Raises:
        BadValue: a segment was removed meanwhile.

    """
    selected = selection.of_issue(tx, issue)
    included, excluded = (
        tuple(_wanted(tx, visit.query, "segment", selected.included)),
        tuple(_wanted(tx, visit.query, "except", selected.excluded)),
    )
    offered, chosen = _topics(tx, issue)
    topics = [one for one in offered if Tick(one, is_on=True).field in visit.query] if "topics" in visit.query else chosen
    return Wish(Selection(included, excluded), frozenset(one.id for one in topics))


def _topics(tx: Transaction, issue: Issue) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
    """Give the topics the list of an issue offers, and those the issue is for."""
    return topicbook.of_list(tx, readers.list_of(tx, issue)), readers.topics_of(tx, issue.id)


def _options(
    nothing: str, chosen: Sequence[Segment], known: Sequence[Segment], lost: Collection[int], words: Words
) -> tuple[Option, ...]:
    several = [Option(AS_IT_IS, _either([one.name for one in chosen], words), is_chosen=True)] if len(chosen) > 1 else []
    own = [] if several else [one.id for one in chosen]
    lines = (_option(one, words, is_chosen=one.id in own, is_lost=one.id in lost) for one in known)
    return (Option("", nothing, is_chosen=not chosen), *several, *lines)


def _either(names: Sequence[str], words: Words) -> str:
    return reduce(lambda one, other: words.gettext("%(one)s or %(other)s", one=one, other=other), names)


def _option(one: Segment, words: Words, *, is_chosen: bool, is_lost: bool) -> Option:
    if is_lost:
        told = words.gettext("%(segment)s (cannot be asked any more)", segment=one.name)
        return Option(str(one.id), told, is_chosen, is_possible=is_chosen)
    return Option(str(one.id), one.name, is_chosen)


def _wanted(tx: Transaction, said: Mapping[str, str], field: str, before: Sequence[Segment]) -> Sequence[Segment]:
    value = said.get(field, AS_IT_IS)
    if value == AS_IT_IS:
        return before
    if not value:
        return ()
    found = [one for one in segments.all_segments(tx) if str(one.id) == value]
    if not found:
        raise BadValue(say("segment"), value, say("is not there any more; reload the page and choose another"))
    return found


def _names(some: Sequence[Segment]) -> list[str]:
    return [one.name for one in some]


def _record(tx: Transaction, visit: Visit, issue: Issue, act: str, **detail: object) -> None:
    audit.record(tx, visit.actor, act, f"issue {issue.id}", detail, visit.now)
