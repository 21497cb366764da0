"""What a server writes for people: the part before the message it gives back, and the replies it quotes in it; pure."""

import re

from newsletter.mail.causes import CERTAIN, Cause, Judgement, judge
from newsletter.mail.letters import letters
from newsletter.mail.signs import Sign, signs_of
from newsletter.returns.model import LONGEST_REASON
from newsletter.returns.parts import LONGEST_TEXT, Mail
from subscribers.oneline import one_line

# What a server has to say stands on its first page.
LONGEST_HEAD = 6_000
MOST_QUOTED = 12
# Of places where the message that came back may begin, each of which costs a look at all that stands before it.
MOST_BEGINNINGS = 20

# Where the message that came back begins. It never decides anything: newsletters write about spam and full mailboxes, too.
_RETURNED = re.compile(
    r"""
    ^(?=[ \t>*]*+--)[ \t>*-]*+(?:
        this\ is\ a\ copy | below\ this\ line | original | returned | unsent | undelivered\ message | forwarded | copy\ of
        | included\ is | the\ (?:header|body|original|message|unsent|returned|text) | the\ following\ (?:message|is|text)
        | transcript\ of\ message | message\ (?:header|text|content|follows|d) | headers? | begin | start\ of | here\ is
        | nachfolgend | urspr | mensagem | mensaje | messaggio
    )
    | ^[ \t-]*+(?:the\ )?(?:original|returned|undelivered|unsent|failed|your)\ (?:message|mail|e-?mail|msg)
        (?:\ (?:text|body|headers?|content))?\ (?:follows|is\ (?:included|attached|below)|below|information)[^\n]{0,40}$
    | ^(?![^\n]{0,90}(?:error|reason|transcript|diagnos|explan))
        [^\n]{0,60}(?:message|mail|header|headers|body|copy)[^\n]{0,30}\ follows?[.:]?[ \t-]*+$
    | ^[^\n]{0,60}copy\ of\ (?:the|your)\ (?:original\ )?(?:message|e?-?mail)[^\n]{0,40}:[ \t]*+$
    | ^[ \t]*+(?:return-path|x-mailer|mime-version|dkim-signature|list-unsubscribe|list-id):\ ?[^\n]{3}
    | ^[ \t]*+received:\ (?:from|by|with|id|\()
    | ^-{4,}=_ | ^content-(?:type|description|transfer-encoding):
    | (?P<soft>
        ^[ \t]*+message-id:\ ?[^\n]{3} | ^[ \t]*+from:[^\n]{3,200}\n(?:[^\n]{0,300}\n){0,3}?[ \t]*+(?:to|date|subject|sent):
        | ^[^\n]{0,40}(?:元のメール|オリジナルメッセージ|原邮件|原始邮件|以下是原|원본\ ?메[일시])
    )
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# That it was not delivered, over the letters of the words.
_NOT_DELIVERED = re.compile(
    r"y|n[^|]{0,4}Y|n[^|]?3|Y[^|]{0,4}n|K[^|]{0,5}[Ym]|[Ym][^|]{0,6}K|[mYG][^|]{0,3}R|R[^|]{0,3}m|m[^|]{0,4}G|G[^|]{0,3}m"
)
# The subject of our own mail, named again: "Why mail bounces" and "Your mailbox is full of good things" decide nothing.
_SUBJECT = re.compile(
    r"^[ \t>*]*+(?:(?:original )?subject|betreff|objet|sujet|asunto|oggetto|onderwerp|assunto|temat|p[rř]edm[eě]t"
    r"|[äa]mne|emne|konu|тема|件名|主题|主旨|제목)[ \t]*+[:：][^\n]*+$",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*+(?:>[^\n]*|\|[ \t][^\n]*)$", re.MULTILINE)
# A reply of a server in the midst of words: its code, perhaps its status, its text, perhaps over more lines.
_REPLY = re.compile(
    r"""
    (?<![\d.\-/:@])
    (?: (?:4[2-7]\d|5[0-7]\d)[ \-]{1,3}(?:[^\d\s]|[245]\.\d\.\d|\d\.)[^\n]* | \#?<?[45]\.[0-7]\.\d{1,3}\b[^\n]* )
    (?: \n(?![ \t]*\n|<|--)[^\n]+ ){0,4}
    """,
    re.VERBOSE,
)
# A text and its twin in HTML, or another language.
_MOST_TEXTS = 2
# Words that stand in the text around a reason as well.
_SAYS_LITTLE = frozenset({Sign.CONTENT, Sign.SIZE, Sign.SENDER, Sign.POLICY, Sign.RELAY})
# Whatever is shorter is a greeting before the words that count.
_A_LINE = 40


def head_of(mail: Mail) -> str:
    """Give what stands in the text parts before anything that came back."""
    texts = []
    for part in mail.parts:
        if part.kind in {"message/rfc822", "message/global", "text/rfc822-headers"}:
            break
        if part.kind in {"text/plain", "text/html"} and not _is_attached(part.fields.get("content-disposition")):
            texts.append(part.text())
        if len(texts) == _MOST_TEXTS or (texts and len(texts[0].strip()) > _A_LINE):
            break
    return _SUBJECT.sub("", before_returned("\n\n".join(texts)[:LONGEST_TEXT]))


def _is_attached(disposition: str) -> bool:
    return disposition.lower().startswith("attachment")


def before_returned(text: str) -> str:
    """Cut off what was sent, and what is quoted of it."""
    text = text.replace("\r", "")[: 2 * LONGEST_HEAD]
    # The first line is the server's own, whatever it looks like.
    at = text.find("\n", len(text) - len(text.lstrip()))
    for tried, found in enumerate(_RETURNED.finditer(text, max(at, 0))):
        head = text[: found.start()]
        if found["soft"] is None:
            return head[:LONGEST_HEAD]
        # Some name what it is about before they say what became of it, or why.
        if tried < MOST_BEGINNINGS and _says_why(head):
            return head[:LONGEST_HEAD]
    return text[:LONGEST_HEAD]


def _says_why(text: str) -> bool:
    return _REPLY.search(text) is not None or not signs_of(text) <= _SAYS_LITTLE


def says_not_delivered(head: str) -> bool:
    """Whether it says that something did not arrive."""
    return _NOT_DELIVERED.search(letters(head[:LONGEST_HEAD])) is not None


def without_quotes(text: str) -> str:
    """Leave out lines that somebody quotes."""
    return _QUOTED_LINE.sub("", text)


def replies_in(head: str) -> str:
    """Give the replies that are quoted in a text, each as a sentence of its own; empty if there is none."""
    found = []
    for match in _REPLY.finditer(head):
        found.append(" ".join(match[0].split()))
        if len(found) == MOST_QUOTED:
            break
    return "\n\n".join(found)


def judged(head: str, status: str = "", *, is_over: bool = True) -> Judgement:
    """Tell why, by the replies quoted in a text first and by all of its words where these leave it open."""
    replies = replies_in(head)
    told = judge(replies, status, is_over=is_over) if replies else Judgement(Cause.UNKNOWN, 0.0, status)
    if told.confidence >= CERTAIN:
        return told
    more = judge(head, status or told.status, is_over=is_over)
    if told.cause in {Cause.UNKNOWN, Cause.TEMPORARY} and more.cause is not Cause.UNKNOWN and more.confidence > told.confidence:
        return more
    return told if told.cause is not Cause.UNKNOWN else more


def reason(head: str) -> str:
    """Give the one line that says most of why, for people."""
    return one_line(replies_in(head).partition("\n")[0] or head[: 2 * LONGEST_REASON], LONGEST_REASON)
