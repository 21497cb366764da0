"""Bounces without a report in them: of old servers, of gateways and of those who write to people; pure.

Nobody says so in a form, so what speaks for it is weighed: who writes, under which subject, and what stands before the
message that came back. A person's words never weigh as much, whatever they quote.
"""

import re

from newsletter.mail.causes import Cause, Judgement
from newsletter.returns import automatic, dsn, parts, senders, wording
from newsletter.returns.model import Kind, Reading, Recipient
from newsletter.returns.parts import RETURNED, Mail
from subscribers.oneline import one_line

# Together they make a bounce; two strong ones do, and one alone does not.
ENOUGH = 5

# That somebody still tries.
_STILL_TRIED = re.compile(
    r"will (?:continue to |keep |be )?(?:re-?)?tr(?:y|ied|ying)|still (?:being|trying|be)|has not yet been|keep trying"
    r"|not yet been delivered"
    r"|will be (?:re)?(?:tried|attempted)"
    r"|(?:you )?do ?n[o']t need to (?:resend|re-?send)|warning message only"
    r"|no action is required|delivery attempts will|continue[sd]? (?:to )?tr|weiterhin versuch"
    r"|weitere (?:zustell)?versuche|noch nicht"
    r"|nouvelles? tentatives?"
    r"|pas encore|continuera|sera retent|todav[ií]a no|a[uú]n no|seguir[aá] (?:intent|trat)|volver[aá] a intent"
    r"|non [eè] ancora|ancora non"
    r"|continuer[aà]|nog niet|blijven proberen|ainda n[aã]o|continuar[aá]|tentar[aá] novamente|jeszcze nie|ponawia"
    r"|kolejne pr[oó]by"
    r"|ещ[её] не|повторн\w+ попыт|будут продолж|dosud ne|[aä]nnu inte|f[oö]rs[oö]ker igen|hen[uü]z|tekrar den"
    r"|まだ|再試行|引き続き|继续尝试|繼續嘗試|尚未|아직|재시도",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"giv(?:en|ing) up|gave up|has been returned|will not be (?:re)?(?:tried|attempted)"
    r"|could not be delivered (?:for|within|after)"
    r"|permanent|deleted from the queue|no further|aufgegeben|endg[uü]ltig|abandonn|expired|cannot be delivered",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|still being|verz[oö]ger|retard|retras|ritard|vertrag"
    r"|atras|op[oó][zź]nien|задерж|zpo[zž]d|f[oö]rsen|gecik|遅延|延迟|지연",
    re.IGNORECASE,
)
_ASKS = re.compile(r"^\s*(?:hi|hello|hallo|bonjour|hola|ciao)\b|\b(?:I|my)\b|\w\?(?:\s|$)")
_ENVELOPE = re.compile(r"(?<![\w.+-])b-[a-z2-7]{20,40}@", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s\x00-\x1f<>()\[\]\"',;:=]{1,64}@[a-z0-9.-]{1,200}\.[a-z0-9-]{2,24}", re.IGNORECASE)


def read(mail: Mail) -> Reading | None:
    """Read a bounce that is none in form; None if it is not taken for one."""
    if _is_of_a_person(mail):
        return None
    if _is_envelope(mail):
        return dsn.read(parts.read(mail.parts[0].data()))
    head = wording.head_of(mail)
    claims = _claims_of_header(mail) + _claims_of_text(mail, head)
    # What it has in common with answers of machines makes none by itself.
    weight = claims + _signs_of_a_machine(mail) if claims > 0 else 0
    return _reading(mail, head, weight) if weight >= ENOUGH else None


def _claims_of_text(mail: Mail, head: str) -> int:
    weight = 3 if wording.says_not_delivered(head) else 0
    weight += 2 if wording.replies_in(head) else 0
    if _has_returned(mail) or (len(head) < _length(mail) and _claims_of_header(mail) > 0):
        weight += 2
    # What stands beside a claim makes it stronger, and is none.
    is_claimed = weight > 0 or _claims_of_header(mail) > 0
    weight += 1 if is_claimed and wording.judged(head).cause not in {Cause.UNKNOWN, Cause.TEMPORARY} else 0
    # A reader asks about a bounce of theirs; machines do not ask, and seldom say "I".
    if _ASKS.search(head) and mail.fields.get("return-path") != "<>" and not senders.is_daemon(mail):
        weight -= 3
    return weight


def _is_of_a_person(mail: Mail) -> bool:
    fields = mail.fields
    if "list-id" in fields or "list-unsubscribe" in fields:
        return True
    if senders.is_daemon(mail):
        return False
    if fields.get("return-path") != "<>" and (senders.is_answered(mail) or "in-reply-to" in fields):
        return True
    return automatic.has_subject_of_answer(mail) and not _has_returned(mail)


def _is_envelope(mail: Mail) -> bool:
    """Whether a server only wrapped another's report, and wrote nothing itself before it."""
    return senders.is_daemon(mail) and mail.parts[0].kind == "message/rfc822"


def _claims_of_header(mail: Mail) -> int:
    weight = 3 if senders.is_daemon(mail) else 0
    weight += 3 if senders.has_subject_of_bounce(mail) else 0
    weight += 3 if senders.is_marked(mail) else 0
    weight += 2 if "delivery-status" in mail.fields.get("content-type").lower() else 0
    weight -= 4 if _is_from_its_sender(mail) else 0
    return weight


def _signs_of_a_machine(mail: Mail) -> int:
    fields = mail.fields
    weight = 2 if fields.get("return-path") == "<>" else 0
    weight += 1 if not fields.get("from") else 0
    weight += 1 if fields.get("auto-submitted").lower() not in {"", "no"} else 0
    # The address of an envelope, which no person writes to.
    weight += 1 if _ENVELOPE.search(fields.get("to")) else 0
    return weight


def _is_from_its_sender(mail: Mail) -> bool:
    """Whether it can be answered, and so is no bounce (RFC 5321 4.5.5), unless a server writes as itself."""
    path = mail.fields.get("return-path").strip("<> ").lower()
    return path != "" and path in mail.fields.get("from").lower() and not senders.is_daemon(mail)


def _has_returned(mail: Mail) -> bool:
    return not mail.kinds.isdisjoint(RETURNED)


def _length(mail: Mail) -> int:
    part = mail.first("text/plain", "text/html")
    return 0 if part is None or part.kind == "text/html" else len(part.content) // 2


def _reading(mail: Mail, head: str, weight: int) -> Reading:
    is_waiting = _is_waiting(mail, head)
    verdict = wording.judged(head, is_over=not is_waiting)
    if verdict.cause is Cause.UNKNOWN:
        # Domino and others say it in the subject alone.
        subject = wording.judged(mail.fields.words("subject"), is_over=not is_waiting)
        verdict = subject if subject.cause not in {Cause.UNKNOWN, Cause.TEMPORARY} else verdict
    if is_waiting and verdict.cause is Cause.UNKNOWN:
        verdict = Judgement(Cause.TEMPORARY, 0.6, verdict.status)
    named = mail.fields.get("x-failed-recipients") or head
    address = _ADDRESS.search(named)
    reason = wording.reason(head) or mail.fields.words("subject")
    recipient = Recipient(one_line(address[0]), "", verdict.status, reason, verdict.cause) if address else None
    confidence = round(min(0.9, verdict.confidence) * min(1.0, 0.6 + 0.05 * weight), 2)
    kind = Kind.DELAY if is_waiting else Kind.BOUNCE
    return Reading(kind, verdict.cause, verdict.status, reason, confidence, (recipient,) if recipient else ())


def _is_waiting(mail: Mail, head: str) -> bool:
    subject = mail.fields.words("subject")
    if _STILL_TRIED.search(head):
        return _DELAYED.search(subject) is not None or "arning" in subject or not _GIVEN_UP.search(head)
    return _DELAYED.search(subject) is not None and not _GIVEN_UP.search(head)
