"""Faults planted one at a time into the January issue of the demonstration, which has none by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from newsletter.demo import acts
from newsletter.demo.posts import SITE_ZONE, BlogPost, read_posts
from newsletter.feeds.byline import split_byline
from newsletter.feeds.model import Entry, Feed
from newsletter.issues import newsletters
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Article, Event, Issue, Month, Newsletter, Section, SectionKind, Show
from newsletter.issues.revised import Change, Kind
from newsletter.letters.compose import Composition
from newsletter.letters.letter import SlotName
from newsletter.letters.links import Links
from newsletter.review import addresses
from newsletter.review.caniemail import Feature, Support
from newsletter.review.contribution import Contribution, ContributionState, Typed
from newsletter.review.facts import NOTHING_GATHERED, Facts, LastIssue, LinkState, Reach, Remark, SenderTrouble, Verdict
from newsletter.review.finding import Code
from subscribers import register
from subscribers.transaction import Transaction
from tests.harness.newsroom import publish

BLOG = "https://blogs.example.org/cpdwl"
OWN = Links("https://news.example.org")
AT = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)

REPORT = "https://www.example.net/reports/2020"
A_STORY = (
    "Nine libraries in four countries tried a year of mentoring by letter. What they found, what it cost, and what they "
    "would do otherwise stands in the report, with the questions they asked each other."
)


@dataclass(frozen=True, slots=True)
class Case:
    """An issue, what is known beside it, and what becomes of its letter after it was composed."""

    issue: Issue
    newsletter: Newsletter
    facts: Facts = NOTHING_GATHERED
    spoil: Callable[[Composition], Composition] = lambda composition: composition


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault, how it is planted, and what the preflight is to say."""

    name: str
    plant: Callable[[Case], Case]
    code: Code
    is_blocking: bool
    # Whether it lies in one article, which is to be named.
    is_in_article: bool = False

    def __str__(self) -> str:
        return self.name


def clean_case(tx: Transaction) -> Case:
    """Draft and finish the January issue as the demonstration does."""
    mailing_list = register.create_list(tx, acts.NAME, AT)
    newsletter = newsletters.create(
        tx,
        name=acts.NAME,
        sender_name=acts.NAME,
        sender_address=acts.SENDER,
        list_id=mailing_list.id,
        postal_address=acts.POSTAL_ADDRESS,
        zone=SITE_ZONE.key,
        now=AT,
    )
    newsletters.set_plan(tx, newsletter.id, acts.plan())
    newsletter = newsletters.by_id(tx, newsletter.id)
    publish(tx, newsletter, *map(_entry, read_posts()), feed=f"{BLOG}/feed/")
    issue = draft_month(tx, newsletter, Month(2020, 1), AT)
    return Case(acts.write_issue(tx, issue.id, AT), newsletter)


def _entry(post: BlogPost) -> Entry:
    parted = split_byline(post.plain_title)
    is_sure = parted.is_sure
    return Entry(
        guid=f"{BLOG}/?p={post.id}",
        permalink=f"{BLOG}{post.path}",
        title=parted.title if is_sure else post.plain_title,
        feed_title=post.plain_title,
        author=post.account,
        byline=parted.name if is_sure else "",
        published_at=post.published,
        date_doubt="",
        updated_at=post.updated,
        categories=post.categories,
        enclosures=(),
        summary=post.excerpt,
        content=post.html(BLOG),
        fingerprint=post.slug,
    )


def in_dates(case: Case, event: Event | None) -> Case:
    """Give the first of the dates another one, or none."""
    place = next(number for number, one in enumerate(case.issue.sections) if one.kind is SectionKind.EVENTS)
    section = case.issue.sections[place]
    changed = replace(section, articles=(replace(section.articles[0], event=event), *section.articles[1:]))
    sections = (*case.issue.sections[:place], changed, *case.issue.sections[place + 1 :])
    return replace(case, issue=replace(case.issue, sections=sections))


def among_headlines(case: Case) -> Case:
    """Move the editors' own text to the headlines."""
    case = with_article("<p>Read by nobody where it stands.</p>")(case)
    sections = list(case.issue.sections)
    kinds = [section.kind for section in sections]
    here, there = kinds.index(SectionKind.ARTICLES), kinds.index(SectionKind.HEADLINES)
    *rest, own = sections[here].articles
    sections[here] = replace(sections[here], articles=tuple(rest))
    sections[there] = replace(sections[there], articles=(*sections[there].articles, own))
    return replace(case, issue=replace(case.issue, sections=tuple(sections)))


def with_article(html: str, title: str = "A year of letters", **changes: object) -> Callable[[Case], Case]:
    """Plant an article of the editors' own, shown in full."""

    def plant(case: Case) -> Case:
        place = next(number for number, one in enumerate(case.issue.sections) if one.kind is SectionKind.ARTICLES)
        section = case.issue.sections[place]
        article = Article(
            id=900 + len(section.articles),
            section_id=section.id,
            position=len(section.articles) + 1,
            post_id=None,
            title=title,
            byline="",
            link="",
            content=html,
            show=Show.FULL,
            is_dropped=False,
            is_placeholder=False,
        )
        changed = replace(section, articles=(*section.articles, replace(article, **changes)))  # type: ignore[arg-type]
        sections = (*case.issue.sections[:place], changed, *case.issue.sections[place + 1 :])
        return replace(case, issue=replace(case.issue, sections=sections))

    return plant


def linking(href: str, words: str = "the report on a year of letters") -> Callable[[Case], Case]:
    """Plant an article with a link."""
    return with_article(f'<p>{A_STORY} Read <a href="{href}">{words}</a> in full.</p>')


def answering(verdict: Verdict, status: int, leads_to: str = "", reason: str = "") -> Callable[[Case], Case]:
    """Plant a link, and what it answered."""

    def plant(case: Case) -> Case:
        state = LinkState(REPORT, verdict, status, leads_to, bool(leads_to), reason, AT)
        return replace(linking(REPORT)(case), facts=replace(case.facts, links={REPORT: state}))

    return plant


def asked_for(case: Case, article: Article | None, state: ContributionState, due_at: datetime) -> Case:
    """Ask a guest for a text of the feature articles, which became *article*."""
    asked = Contribution(
        id=4,
        issue_id=case.issue.id,
        link_id=3,
        section="Feature articles",
        words=0,
        due_at=due_at,
        state=state,
        typed=Typed(byline="Ann Other"),
        article_id=article.id if article is not None else None,
        handed_in="<p>Before.</p>",
        agreed_to="<p>Before.</p>",
        changed_at=AT,
        reminded_at=None,
        reminded_late_at=None,
    )
    return replace(case, facts=replace(case.facts, contributions=(asked,), now=AT))


def owing(days: int) -> Callable[[Case], Case]:
    """Plant a text that is due in so many days."""
    return lambda case: asked_for(case, None, ContributionState.WRITING, AT + timedelta(days=days))


def edited(state: ContributionState) -> Callable[[Case], Case]:
    """Plant a text that is not as its author knows it."""
    return lambda case: asked_for(case, case.issue.articles[1], state, AT)


def commented(*, is_on_article: bool) -> Callable[[Case], Case]:
    """Plant a comment of a reviewer, and one more."""

    def plant(case: Case) -> Case:
        where = case.issue.articles[1].id if is_on_article else None
        remarks = [Remark(number, "The Chair", "Is this the right year? " * number, where) for number in (7, 8)]
        return replace(case, facts=replace(case.facts, remarks=remarks))

    return plant


def unread(trouble: str) -> Callable[[Case], Case]:
    """Plant a feed that was not read."""
    feed = Feed(1, 1, f"{BLOG}/feed/", "", "The blog", "", "", gathered_at=None, not_before=None, failures=1, trouble=trouble)
    return lambda case: replace(case, facts=replace(case.facts, unread=(feed,)))


def in_issue(**changes: object) -> Callable[[Case], Case]:
    """Change the head of the issue."""
    return lambda case: replace(case, issue=replace(case.issue, **changes))  # type: ignore[arg-type]


def _half_stale(case: Case) -> Case:
    """Let the preheader name the first article and one that is not there."""
    first = case.issue.articles[0].title
    return in_issue(preheader=f"{first} · A story that nobody tells any more")(case)


def in_sections(change: Callable[[Section], Section]) -> Callable[[Case], Case]:
    """Change every section."""
    return lambda case: replace(case, issue=replace(case.issue, sections=tuple(map(change, case.issue.sections))))


def in_first_article(**changes: object) -> Callable[[Case], Case]:
    """Change the first article of the first section of articles."""

    def change(section: Section) -> Section:
        if section.kind is not SectionKind.ARTICLES or not section.articles or section.title != "Feature articles":
            return section
        first = replace(section.articles[0], **changes)  # type: ignore[arg-type]
        return replace(section, articles=(first, *section.articles[1:]))

    return in_sections(change)


def in_newsletter(**changes: object) -> Callable[[Case], Case]:
    """Change the newsletter."""
    return lambda case: replace(case, newsletter=replace(case.newsletter, **changes))  # type: ignore[arg-type]


def knowing(**facts: object) -> Callable[[Case], Case]:
    """Add facts."""
    return lambda case: replace(case, facts=replace(case.facts, **facts))  # type: ignore[arg-type]


def in_letter(old: str, new: str, *, is_text: bool = False) -> Callable[[Case], Case]:
    """Change the letter as a template would that is at fault."""

    def spoil(composition: Composition) -> Composition:
        draft = composition.draft
        before = draft.text if is_text else draft.html
        after = before.replace(old, new, 1)
        assert before != after, f"the letter has no {old}"
        return replace(composition, draft=replace(draft, **{"text" if is_text else "html": after}))  # type: ignore[arg-type]

    return lambda case: replace(case, spoil=spoil)


def _without_way_out(composition: Composition) -> Composition:
    token = composition.draft.slots[SlotName.UNSUBSCRIBE]
    html = composition.draft.html.replace(token, "https://news.example.org/unsubscribe")
    return replace(composition, draft=replace(composition.draft, html=html))


def _without_subject(composition: Composition) -> Composition:
    return replace(composition, draft=replace(composition.draft, subject=" "))


def _without_text(composition: Composition) -> Composition:
    token = composition.draft.slots[SlotName.UNSUBSCRIBE]
    return replace(composition, draft=replace(composition.draft, text=f"This mail is HTML.\n\n{token}\n"))


def _last(subject: str = "December", preheader: str = "Before the holidays", links: frozenset[str] = frozenset()) -> LastIssue:
    return LastIssue("December 2019", subject, preheader, links)


def _long(case: Case) -> Case:
    # Words of its own: the same paragraph again and again would be a story told twice.
    return with_article("".join(f"<p>{number}. {A_STORY}</p>" for number in range(440)))(case)


def _only_a_picture(case: Case) -> Case:
    emptied = in_sections(lambda section: replace(section, articles=(), is_required=False))(case)
    return with_article('<p><img src="https://www.example.net/a.jpg" alt="A pile of letters" width="400"></p>')(emptied)


def _twice(section: Section) -> Section:
    if section.kind is not SectionKind.LETTER:
        return section
    letter = replace(section.articles[-1], id=950, byline="Somebody Else", title="Another letter", content=f"<p>{A_STORY}</p>")
    return replace(section, articles=(*section.articles, letter))


def _chosen_in_vain(case: Case) -> Case:
    key = "a" * 24
    sections = list(case.issue.sections)
    place = next(number for number, one in enumerate(sections) if one.kind is SectionKind.HEADLINES)
    head, *others = sections[place].articles
    sections[place] = replace(sections[place], articles=(replace(head, picture=key), *others))
    return replace(case, issue=replace(case.issue, sections=tuple(sections)))


def _told_again(case: Case) -> Case:
    first = next(section for section in case.issue.sections if section.title == "Feature articles").articles[0]
    return replace(case, facts=replace(case.facts, last=_last(links=frozenset({addresses.likeness(first.link)}))))


def _revised(case: Case) -> Case:
    article = case.issue.articles[1]
    return replace(case, facts=replace(case.facts, changes=(Change(article.id, article.title, 1, Kind.REVISED, AT),)))


def _vanished(case: Case) -> Case:
    article = case.issue.articles[1]
    return replace(case, facts=replace(case.facts, changes=(Change(article.id, article.title, 1, Kind.VANISHED, AT),)))


def _emptied(section: Section) -> Section:
    return replace(section, articles=()) if section.title == "Division Chair letter" else section


def _required(section: Section) -> Section:
    is_feature = section.title == "Feature articles"
    return replace(section, articles=(), is_required=True) if is_feature else section


_NO_FLEX: Mapping[str, Feature] = MappingProxyType(
    {"html-video": Feature("html-video", "<video> element", "https://www.caniemail.com/features/html-video/", ("Gmail",))}
)
# A paragraph of every letter, before which a template at fault writes something.
_BODY_END = "</body>"

PLANTED = (
    Planted("letter not written", in_sections(_emptied), Code.LETTER_MISSING, is_blocking=True),
    Planted("required section empty", in_sections(_required), Code.SECTION_EMPTY, is_blocking=True),
    Planted("[insert …] left in a text", with_article(f"<p>{A_STORY} [insert quote]</p>"), Code.PLACEHOLDER, True, True),
    Planted("lorem ipsum", with_article(f"<p>Lorem ipsum dolor sit amet. {A_STORY}</p>"), Code.PLACEHOLDER, True, True),
    Planted("TBD in the subject", in_issue(subject="January 2020: TBD"), Code.PLACEHOLDER, is_blocking=True),
    Planted("XXX in a title", with_article(f"<p>{A_STORY}</p>", "Meet us on XXX"), Code.PLACEHOLDER, True, True),
    Planted("merge tag of another tool", with_article(f"<p>Dear *|FNAME|*, {A_STORY}</p>"), Code.PLACEHOLDER, True, True),
    Planted(
        "braces that no slot is", with_article(f"<p>Dear {{{{ First Name }}}}, {A_STORY}</p>"), Code.SLOT_UNRESOLVED, True, True
    ),
    Planted("braces in the subject", in_issue(subject="January for {{ name }}"), Code.SLOT_UNRESOLVED, is_blocking=True),
    Planted("hole that nothing fills", in_letter(_BODY_END, f"slot{'0' * 24}</body>"), Code.SLOT_UNRESOLVED, is_blocking=True),
    Planted(
        "answer nobody can give", with_article(f"<p>At {{{{ shoe }}}}: {A_STORY}</p>"), Code.ATTRIBUTE_UNKNOWN, is_blocking=True
    ),
    Planted(
        "answer without other words",
        lambda case: knowing(attributes={"library"})(with_article(f"<p>At {{{{ library }}}}: {A_STORY}</p>")(case)),
        Code.ANSWER_EMPTY,
        is_blocking=True,
    ),
    Planted(
        "picture without alt",
        with_article(f'<p><img src="https://www.example.net/a.jpg" width="400"> {A_STORY}</p>'),
        Code.ALT_MISSING,
        True,
        True,
    ),
    Planted(
        "name of a file as alt",
        with_article(f'<p><img src="https://www.example.net/a.jpg" alt="IMG_2041.jpg" width="400"> {A_STORY}</p>'),
        Code.ALT_POOR,
        False,
        True,
    ),
    Planted(
        "link around a silent picture",
        linking(REPORT, '<img src="https://www.example.net/a.jpg" alt="" width="400">'),
        Code.LINK_EMPTY,
        True,
        True,
    ),
    Planted("click here", linking(REPORT, "Click here"), Code.LINK_VAGUE, False, True),
    Planted("dead link", answering(Verdict.DEAD, 404, reason="answers 404: it is not there"), Code.LINK_DEAD, True, True),
    Planted("server in trouble", answering(Verdict.TROUBLE, 503, reason="answers 503"), Code.LINK_TROUBLE, False, True),
    Planted(
        "link that has moved", answering(Verdict.FINE, 200, "https://www.example.net/archive"), Code.LINK_REDIRECTS, False, True
    ),
    Planted("http link", linking("http://www.example.net/reports"), Code.LINK_HTTP, False, True),
    Planted("address without a host", linking("https:///reports"), Code.LINK_WRONG, True, True),
    Planted("address of this machine", linking("http://localhost:8080/draft"), Code.LINK_WRONG, True, True),
    Planted(
        "link of the last issue",
        lambda case: knowing(last=_last(links=frozenset({addresses.likeness(REPORT)})))(linking(REPORT)(case)),
        Code.LINK_REPEATED,
        False,
        True,
    ),
    Planted("words of another address", linking(REPORT, "www.bank.example.com"), Code.LINK_DISGUISED, False, True),
    Planted(
        "host as the name of a user", linking("https://bank.example.com@www.example.net/"), Code.LINK_DISGUISED, False, True
    ),
    Planted("shortened link", linking("https://bit.ly/2Xyz"), Code.LINK_SHORTENED, False, True),
    Planted("address of numbers", linking("https://93.184.216.34/reports"), Code.LINK_NUMERIC, False, True),
    Planted(
        "byline unsure",
        in_first_article(title="Coaching and mentoring – Ulrike Lang", byline=""),
        Code.BYLINE_UNSURE,
        False,
        True,
    ),
    Planted("text among the headlines", among_headlines, Code.TEXT_UNSEEN, False, True),
    Planted("event without a date", lambda case: in_dates(case, None), Code.EVENT_UNDATED, False, True),
    Planted(
        "event that is over",
        lambda case: replace(
            in_dates(case, Event("2020-01-31")), issue=replace(in_dates(case, Event("2020-01-31")).issue, send_at=AT)
        ),
        Code.EVENT_OVER,
        False,
        True,
    ),
    Planted(
        "same story twice",
        lambda case: with_article(f"<p>{A_STORY}</p>", "Mentoring by letter")(with_article(f"<p>{A_STORY}</p>")(case)),
        Code.STORY_TWICE,
        False,
        True,
    ),
    Planted("story of the last issue", _told_again, Code.STORY_REPEATED, False, True),
    Planted(
        "heavy picture",
        lambda case: knowing(weights={"https://www.example.net/a.jpg": 4_200_000})(
            with_article(f'<p><img src="https://www.example.net/a.jpg" alt="A pile of letters" width="400"> {A_STORY}</p>')(
                case
            )
        ),
        Code.IMAGE_HEAVY,
        False,
        True,
    ),
    Planted(
        "picture over http",
        with_article(f'<p><img src="http://www.example.net/a.jpg" alt="A pile"> {A_STORY}</p>'),
        Code.IMAGE_HTTP,
        False,
        True,
    ),
    Planted(
        "logo from elsewhere",
        in_letter(_BODY_END, '<img src="https://cdn.example.net/bee.png" alt="A bee in flight"></body>'),
        Code.IMAGE_REMOTE,
        is_blocking=True,
    ),
    Planted(
        "picture that is gone",
        lambda case: knowing(gone={"https://www.example.net/a.jpg"})(
            with_article(f'<p><img src="https://www.example.net/a.jpg" alt="A pile of letters"> {A_STORY}</p>')(case)
        ),
        Code.IMAGE_GONE,
        True,
        True,
    ),
    Planted("too large for Gmail", _long, Code.TOO_LARGE, is_blocking=True),
    Planted("subject missing", lambda case: replace(case, spoil=_without_subject), Code.SUBJECT_MISSING, is_blocking=True),
    Planted("subject too long", in_issue(subject="January " * 20), Code.SUBJECT_LONG, is_blocking=False),
    Planted("subject of last month", knowing(last=_last(subject=acts.SUBJECT)), Code.SUBJECT_REPEATED, is_blocking=False),
    Planted("preheader too short", in_issue(preheader="News"), Code.PREHEADER_SHORT, is_blocking=False),
    Planted("preheader too long", in_issue(preheader="More of this. " * 20), Code.PREHEADER_LONG, is_blocking=False),
    Planted("preheader says the subject", in_issue(preheader=acts.SUBJECT), Code.PREHEADER_MISSING, is_blocking=False),
    Planted(
        "preheader of last month", knowing(last=_last(preheader=acts.PREHEADER)), Code.PREHEADER_REPEATED, is_blocking=False
    ),
    Planted("preheader names what was left out", _half_stale, Code.PREHEADER_STALE, is_blocking=False),
    Planted("no postal address", in_newsletter(postal_address=" \n"), Code.POSTAL_ADDRESS_MISSING, is_blocking=True),
    Planted("postal address not shown", in_letter("1 Example Square", ""), Code.POSTAL_ADDRESS_MISSING, is_blocking=True),
    Planted(
        "no way to unsubscribe", lambda case: replace(case, spoil=_without_way_out), Code.UNSUBSCRIBE_MISSING, is_blocking=True
    ),
    Planted("no text part", lambda case: replace(case, spoil=_without_text), Code.TEXT_MISSING, is_blocking=True),
    Planted("heading out of order", in_letter(_BODY_END, "<h6>Small print</h6></body>"), Code.HEADING_ORDER, is_blocking=False),
    Planted(
        "grey on white",
        in_letter(_BODY_END, '<p style="color:#aaaaaa">Small print</p></body>'),
        Code.CONTRAST,
        is_blocking=False,
    ),
    Planted(
        "dark on dark",
        in_letter(_BODY_END, '<p style="color:#23201c">Only in light</p></body>'),
        Code.CONTRAST,
        is_blocking=False,
    ),
    Planted(
        "what a program does not know",
        lambda case: knowing(support=Support("2026-05-13", _NO_FLEX))(in_letter(_BODY_END, "<video></video></body>")(case)),
        Code.CLIENT_LACKS,
        is_blocking=False,
    ),
    Planted("subject in capitals", in_issue(subject="THE NEWS OF JANUARY ARE HERE"), Code.SHOUTING, is_blocking=False),
    Planted("subject that feigns an answer", in_issue(subject="Re: January 2020"), Code.SUBJECT_FEIGNED, is_blocking=False),
    Planted("subject of an advertisement", in_issue(subject="January: Act now"), Code.SPAM_WORDS, is_blocking=False),
    Planted("money in the subject", in_issue(subject="January for $$$"), Code.SPAM_WORDS, is_blocking=False),
    Planted("letters apart", with_article(f"<p>{A_STORY}</p>", "Courses that are F R E E"), Code.SPAM_WORDS, False, True),
    Planted(
        "text of an advertisement",
        with_article(f"<p>{A_STORY} Order now, there is no obligation: 100 % free.</p>"),
        Code.SPAM_WORDS,
        False,
        True,
    ),
    Planted(
        "file that is not there",
        with_article(f"<p>{A_STORY} Please see the attached file.</p>"),
        Code.ATTACHMENT_MISSING,
        False,
        True,
    ),
    Planted("pictures and no words", _only_a_picture, Code.IMAGES_ONLY, is_blocking=False),
    Planted("exclamation marks", in_issue(subject="January is out!!"), Code.SHOUTING, is_blocking=False),
    Planted(
        "domain that proves nothing",
        knowing(sender=[SenderTrouble("cpdwl.example has no SPF record.", "Publish one.", is_blocking=False)]),
        Code.SENDER_UNPROVEN,
        is_blocking=False,
    ),
    Planted("twice as many readers", knowing(reach=Reach(824, 412)), Code.AUDIENCE_ODD, is_blocking=False),
    Planted("no reader", knowing(reach=Reach(0, 412)), Code.AUDIENCE_EMPTY, is_blocking=False),
    Planted("text overdue", owing(-1), Code.CONTRIBUTION_OWED, is_blocking=False),
    Planted("text still to come", owing(1), Code.CONTRIBUTION_OWED, is_blocking=False),
    Planted("text edited behind its author", edited(ContributionState.HANDED_IN), Code.CONTRIBUTION_EDITED, False, True),
    Planted("edited text not agreed to", edited(ContributionState.EDITED), Code.CONTRIBUTION_EDITED, False, True),
    Planted("text edited after its author agreed", edited(ContributionState.AGREED), Code.CONTRIBUTION_EDITED, False, True),
    Planted("comment on an article", commented(is_on_article=True), Code.COMMENT_OPEN, False, True),
    Planted("comment on the issue", commented(is_on_article=False), Code.COMMENT_OPEN, is_blocking=False),
    Planted("two letters in a section", in_sections(_twice), Code.LETTERS_SEVERAL, False, True),
    Planted("picture among the headlines", _chosen_in_vain, Code.CONTENT, False, True),
    Planted("feed that could not be read", unread("It answered 503."), Code.FEED_UNREAD, is_blocking=False),
    Planted("feed that was never read", unread(""), Code.FEED_UNREAD, is_blocking=False),
    Planted("blog changed its post", _revised, Code.POST_REVISED, False, True),
    Planted("blog deleted its post", _vanished, Code.POST_VANISHED, False, True),
)
