"""Checks of links: what they say, where they lead, and what became of asking for them."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.letters.links import Links
from newsletter.review import addresses
from newsletter.review.facts import Inspected, LinkState, Verdict
from newsletter.review.finding import Code, Finding, Mend
from newsletter.review.page import PageLink
from subscribers.sentence import say

# Words that say nothing of where a link leads, in the languages of the house. Screen readers list links by their words alone.
_VAGUE = frozenset(
    """
    here|click here|click|click me|this|this link|link|more|read more|learn more|see more|more info|details|go|continue|website
    hier|klicken sie hier|hier klicken|klick hier|mehr|weiterlesen|mehr lesen|mehr erfahren|dieser link
    ici|cliquez ici|cliquer ici|en savoir plus|lire la suite|plus|ce lien|suite
    aquí|haga clic aquí|haz clic aquí|clic aquí|más|leer más|ver más|este enlace
    здесь|тут|нажмите здесь|подробнее|далее|читать далее|ссылка
    这里|点击这里|点此|更多|阅读更多|链接
    هنا|اضغط هنا|انقر هنا|المزيد|اقرأ المزيد|الرابط
    """.replace("\n", "|")
    .replace("  ", "")
    .split("|")
) - {""}

# Services that hide where a link leads. Filters know them from spam, and they break when the service ends.
_SHORTENERS = frozenset(
    """bit.ly bitly.com buff.ly cutt.ly dlvr.it goo.gl is.gd lnkd.in ow.ly rb.gy rebrand.ly s.id shorturl.at short.io snip.ly
    soo.gd t.co t.ly t2m.io tiny.cc tinyurl.com trib.al v.gd wp.me fb.me""".split()  # noqa: SIM905 -- reads as the list it is
)

# What looks like an address in the words of a link: a host with a dot, and perhaps a path.
_SHOWN = re.compile(r"(?:https?://)?(?P<host>(?:[\w-]{1,63}\.)+[a-z]{2,24})(?:[/?#:]\S*)?", re.IGNORECASE)
# Nobody reads more of an address; and what is longer is no name of a host.
_LONGEST_SHOWN = 300
# Endings of names of files, which people write as the words of a link.
_FILES = frozenset(
    {"pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "jpg", "jpeg", "png", "gif", "txt", "csv", "html"}
)
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
_LONGEST_VAGUE = 40
_NO_WEB = frozenset({"mailto", "tel"})
_DOUBLED = re.compile(r"https?:/{0,2}(?:https?|www\.?)(?::|//|%3a)", re.IGNORECASE)


def check(seen: Inspected) -> Iterator[Finding]:
    """Find links that say nothing, lead nowhere, or lead elsewhere than they say."""
    told: set[tuple[Code, str, int | None]] = set()
    for link in seen.page.links:
        if _is_ours(link.href, seen):
            continue
        for finding in (*_about_words(seen, link), *_about_address(seen, link), *_about_state(seen, link)):
            # One address may be linked by a picture, a title and "read more".
            mark = (finding.code, addresses.likeness(link.href), link.article_id)
            if mark not in told:
                told.add(mark)
                yield finding
    yield from _about_repeats(seen)


def asked_for(seen: Inspected) -> tuple[str, ...]:
    """Give the addresses of the web that the letter leads to, each once, except our own pages."""
    hrefs = (link.href.partition("#")[0] for link in seen.page.links if not _is_ours(link.href, seen))
    return tuple(dict.fromkeys(href for href in hrefs if addresses.is_web(href) and not _is_elsewhere(href, seen.own)))


def _is_ours(href: str, seen: Inspected) -> bool:
    """Whether a link is a hole for a person's own link, or leads to a page of this instance."""
    if href in seen.draft.slots.values():
        return True
    home = seen.own.home()
    return href.startswith(home) or href == home.rstrip("/")


def _is_elsewhere(href: str, own: Links) -> bool:
    """Whether *href* leads to a machine where readers are not; in a trial on one machine, that machine is where they are."""
    return addresses.is_home(href) and not (addresses.is_loopback(href) and addresses.is_loopback(own.home()))


def _about_words(seen: Inspected, link: PageLink) -> Iterator[Finding]:
    place, article_id = seen.place(link.article_id), link.article_id
    if not link.text:
        lead = say("a picture without words leads") if link.has_picture else say("a link without words leads")
        text = say(
            "%(place)s%(lead)s to %(shown)s; who cannot see it is told nothing of where.",
            place=place,
            lead=lead,
            shown=_shown(link.href),
        )
        mend = seen.mend_text(
            article_id, say("Give the picture an alternative text.") if link.has_picture else say("Give it words.")
        )
        yield Finding(Code.LINK_EMPTY, text, is_blocking=True, mend=mend, article_id=article_id)
        return
    if _bare(link.text) in _VAGUE:
        text = say(
            "%(place)sthe link “%(text)s” does not say where it leads (%(shown)s).",
            place=place,
            text=link.text,
            shown=_shown(link.href),
        )
        mend = seen.mend_text(
            article_id, say("Link the words that name it: screen readers list links without what stands around them.")
        )
        yield Finding(Code.LINK_VAGUE, text, is_blocking=False, mend=mend, article_id=article_id)
    disguise = _disguise(link)
    if disguise:
        text = say(
            "%(place)sthe link shows %(disguise)s and leads to %(host_of)s, as mails of swindlers do.",
            place=place,
            disguise=disguise,
            host_of=addresses.host_of(link.href),
        )
        mend = seen.mend_text(article_id, say("Show where it leads, or use words."))
        yield Finding(Code.LINK_DISGUISED, text, is_blocking=False, mend=mend, article_id=article_id)


def _bare(text: str) -> str:
    """Give the words of a link without signs around them; what is longer than every vague word is none."""
    return _AROUND.sub("", unicodedata.normalize("NFC", text[:_LONGEST_VAGUE]).casefold())


def _disguise(link: PageLink) -> str:
    """Give the host that a link shows where it leads to another one: in its words, or as the name of a user."""
    named = urlsplit(link.href).username if addresses.is_web(link.href) else None
    if named is not None:
        return named
    match = _SHOWN.fullmatch(link.text[:_LONGEST_SHOWN].strip())
    if match is None or not addresses.is_web(link.href) or match["host"].rpartition(".")[2].lower() in _FILES:
        return ""
    shown, real = match["host"].lower().removeprefix("www."), addresses.host_of(link.href)
    is_same = shown == real or real.endswith(f".{shown}") or shown.endswith(f".{real}")
    return "" if is_same else shown


def _about_address(seen: Inspected, link: PageLink) -> Iterator[Finding]:
    place, article_id, href = seen.place(link.article_id), link.article_id, link.href
    wrong = _wrong(seen, href)
    if wrong:
        mend = seen.mend_text(article_id, say("Give the whole address, beginning with https://."))
        text = say("%(place)sthe link “%(text)s” %(wrong)s.", place=place, text=link.text, wrong=wrong)
        yield Finding(Code.LINK_WRONG, text, is_blocking=True, mend=mend, article_id=article_id)
        return
    if not addresses.is_web(href):
        return
    if addresses.host_of(href) in _SHORTENERS:
        text = say(
            "%(place)s%(shown)s hides where it leads; filters know such addresses from spam.", place=place, shown=_shown(href)
        )
        mend = seen.mend_text(article_id, say("Link the address it leads to."))
        yield Finding(Code.LINK_SHORTENED, text, is_blocking=False, mend=mend, article_id=article_id)
    if addresses.is_numeric(href) and not addresses.is_home(href):
        text = say(
            "%(place)s%(shown)s names its machine by a number; filters know such addresses from spam.",
            place=place,
            shown=_shown(href),
        )
        mend = seen.mend_text(article_id, say("Link its name."))
        yield Finding(Code.LINK_NUMERIC, text, is_blocking=False, mend=mend, article_id=article_id)
    if urlsplit(href).scheme.lower() == "http" and not addresses.is_loopback(href):
        text = say("%(place)s%(shown)s is not encrypted (http).", place=place, shown=_shown(href))
        mend = _mend_address(seen, link, say("Use https where the site has it, as nearly all do."))
        yield Finding(Code.LINK_HTTP, text, is_blocking=False, mend=mend, article_id=article_id)


def _wrong(seen: Inspected, href: str) -> str:
    """Say what is wrong with an address as it is written; nothing where nothing is."""
    if href.startswith("#"):
        return (
            ""
            if href[1:] in seen.page.anchors
            else say("leads to a place in the letter that is not there (%(shown)s)", shown=_shown(href))
        )
    parts = addresses.split(href)
    if parts is None or not href:
        return say("has no address that can be read")
    if parts.scheme.lower() in _NO_WEB:
        return "" if len(href) > len(parts.scheme) + 1 else say("has no address")
    if not addresses.is_web(href) or _DOUBLED.match(href):
        return say("leads to no whole address (%(shown)s)", shown=_shown(href))
    if _is_elsewhere(href, seen.own):
        return say("leads to %(hostname)s, which only this machine or network knows", hostname=parts.hostname)
    return ""


def _about_state(seen: Inspected, link: PageLink) -> Iterator[Finding]:
    state = seen.facts.links.get(link.href.partition("#")[0])
    if state is None:
        return
    place, article_id = seen.place(link.article_id), link.article_id
    match state.verdict:
        case Verdict.DEAD:
            text = say("%(place)s%(link)s %(trouble)s.", place=place, link=_shown(link.href), trouble=state.reason)
            mend = _mend_address(
                seen,
                link,
                say(
                    "Link where it is now, or take the link out. If it works again by now, look once more (issues check "
                    "--again)."
                ),
            )
            yield Finding(Code.LINK_DEAD, text, is_blocking=True, mend=mend, article_id=article_id)
        case Verdict.TROUBLE:
            text = say("%(place)s%(link)s %(trouble)s.", place=place, link=_shown(link.href), trouble=state.reason)
            mend = Mend(say("Open it yourself; if it stays so, leave it out."), f"{seen.commands.check()} --again")
            yield Finding(Code.LINK_TROUBLE, text, is_blocking=False, mend=mend, article_id=article_id)
        case Verdict.FINE if state.leads_to and _leads_elsewhere(state):
            yield _redirects(seen, link, state)


def _mend_address(seen: Inspected, link: PageLink, words: str) -> Mend:
    """Say that an address is to be changed: in the text of its article, or where the title of the article leads."""
    article = seen.article(link.article_id)
    if article is not None and article.link == link.href:
        return Mend(words, seen.commands.article(article, "--link URL"))
    return seen.mend_text(link.article_id, words)


def _leads_elsewhere(state: LinkState) -> bool:
    # From http to https, to www or to a slash at the end is the same page; what is not encrypted is told of by itself.
    return addresses.likeness(state.url) != addresses.likeness(state.leads_to)


def _redirects(seen: Inspected, link: PageLink, state: LinkState) -> Finding:
    for_good = say("has moved") if state.is_moved else say("leads on")
    text = say(
        "%(place)s%(shown)s %(for_good)s to %(shown2)s.",
        place=seen.place(link.article_id),
        shown=_shown(link.href),
        for_good=for_good,
        shown2=_shown(state.leads_to),
    )
    mend = _mend_address(seen, link, say("Link %(leads_to)s if that is what is meant.", leads_to=state.leads_to))
    return Finding(Code.LINK_REDIRECTS, text, is_blocking=False, mend=mend, article_id=link.article_id)


def _about_repeats(seen: Inspected) -> Iterator[Finding]:
    """Tell of links within texts that the issue before had too; an article whose own link it had is a story told again."""
    last = seen.facts.last
    if last is None:
        return
    told: set[str] = set()
    for link in seen.page.links:
        like = addresses.likeness(link.href)
        article = seen.article(link.article_id)
        if article is None or like not in last.links or like in told or not addresses.is_web(link.href):
            continue
        told.add(like)
        if (article.link and addresses.likeness(article.link) == like) or not _is_its_own(article.content, link.href):
            continue
        text = say(
            "%(place)s%(shown)s was linked in %(title)s as well.",
            place=seen.place(article.id),
            shown=_shown(link.href),
            title=last.title,
        )
        mend = seen.mend_text(article.id, say("Leave it if it is meant; else take it out."))
        yield Finding(Code.LINK_REPEATED, text, is_blocking=False, mend=mend, article_id=article.id)


def _is_its_own(content: str, href: str) -> bool:
    """Whether an article links *href* itself; what a template puts behind the last article is in every issue."""
    path = urlsplit(href).path
    return (path if len(path) > 1 else addresses.host_of(href)) in content


def _shown(href: str) -> str:
    return href if len(href) <= 80 else f"{href[:77]}…"  # noqa: PLR2004 -- what fits on a line with its sentence
