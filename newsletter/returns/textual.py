"""Bounces without a report in them: of old servers, of gateways and of those who write to people; pure.

Nobody says so in a form, so what speaks for it is weighed: who writes, under which subject, and what stands before the
message that came back. A person's words never weigh as much, whatever they quote.
"""

import re

from newsletter.mail.causes import Cause
from newsletter.mail.lexicon import letters
from newsletter.returns import automatic, dsn, parts, wording
from newsletter.returns.model import Kind, Reading, Recipient
from newsletter.returns.parts import RETURNED, Fields, Mail

# Together they make a bounce; two strong ones do, and one alone does not.
ENOUGH = 5

_DAEMON = re.compile(
    r"mailer.?daemon|mail.?daemon|post.?master|mdaemon|mail\W?deliver|deliver\w*\W(?:sub)?system"
    r"|mail\W?(?:er|ing)?\W?(?:sub)?system|delivery\W?(?:agent|notif|status|fail)|mail(?:er)?\W?admin"
    r"|\bmta\b|\bmda\b|<bounces?[@+-]|non.?deliver|undeliver|mail\W?gateway|mail\W?server|系统管理员|系統管理員|退信|メール配信システム"
    r"|메일\s?시스템|message.?router|system administrator|systemadministrator|mailerdaemon|imss|interscan",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|undelivered|returned\ (?:e?-?mail|message|to\ sender)|return(?:ed)?:|failure\ notice"
    r"|delivery\ (?:\w+\ ){0,2}(?:fail|status|error|problem|report|notif|unsuccess|delay|has|incomplete)"
    r"|fail\w*\ (?:mail|delivery|to\ deliver|message)"
    r"|mail\ (?:delivery|system\ error|could\ not|failure|error|returned|status)|non.?deliver|nondeliver"
    r"|could\ not\ (?:send|be\ (?:sent|delivered)|deliver)|not\ (?:be\ )?deliver|unable\ to\ deliver"
    r"|message\ (?:\w+\ ){0,3}(?:status|delayed|delivery|error|not|rejected|bounced)"
    r"|warning:\ (?:could|message)|bounce|rejected|blocked|unknown\ (?:user|address)|user\ unknown|permanent\ fail"
    r"|error\ (?:sending|deliver)|\bNDN\b|\bDSN\b|delivery\ failure|cannot\ send|can't\ send|mailbox\ full|dead\ letter"
    r"|delayed\ mail|undeliv"
    r"|unzustellbar|nicht\ (?:zugestellt|zustellbar|[uü]bermittelt)|zustell\w*\ ?(?:fehl|status|nicht)|unzustellb"
    r"|fehler\ beim|r[uü]ckl[aä]ufer|non\ (?:remis|distribu|d[eé]livr|livr)|[eé]chec|non\ remise|devuelt"
    r"|no\ (?:se\ (?:pudo|puede)\ )?entreg|fallo|fallida"
    r"|non\ (?:consegnat|recapit|inoltr)|mancata\ (?:consegna|ricezione|recapito)|consegna\ (?:non|fallita)|onbestelbaar"
    r"|niet\ (?:bezorgd|afgeleverd|bestelbaar)|devolvid|falha|n[aã]o\ (?:foi\ )?(?:entreg|entregue)|niedostarcz"
    r"|niedor[eę]cz|nie\ (?:zosta|dosta|dor)|zwrot"
    r"|недостав|не\ (?:доставл|удалось)|ошибк|возвра[щт]|невозможно|nedoru[cč]|nelze\ doru|vr[aá]cen|olevererbar"
    r"|kunde\ inte\ lever|gick\ inte|iletileme|teslim\ edilem|geri\ d[oö]n"
    r"|退信|退回|投递|投遞|未送达|传送失败|配信(?:エラー|不能|失敗|できま)"
    r"|送信(?:エラー|できま|失敗)|エラーメール|返送|届け|전송\s?실패|반송|배달\s?(?:실패|되지)|전달",
    re.IGNORECASE | re.VERBOSE,
)
_MARKS = (
    "x-failed-recipients",
    "x-mdaemon-deliver-to-bounce",
    "x-bounce",
    "x-ms-exchange-message-is-ndr",
    "x-auto-notification",
)
_ANSWERED = re.compile(
    r"^\s*(?:re|aw|sv|antw|rif|res|odp|ynt|fwd?|wg|tr|rv|i|vs|回复|答复|转发|fw)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)

# That it was not delivered, over the letters of the words.
_SAYS_SO = re.compile(
    r"y|n+[^|]{0,4}Y|[K][^|]{0,5}[Ym]|[Ym][^|]{0,6}K|[mYG][^|]{0,3}R|R[^|]{0,3}m|m[^|]{0,4}G|G[^|]{0,3}m|n[^|]{0,4}[Y]"
    r"|Y[^|]{0,4}n"
)
# That somebody still tries.
_STILL_TRIED = re.compile(
    r"will (?:continue to |keep |be )?(?:re-?)?tr(?:y|ied|ying)|still (?:being|trying|be)|not yet been"
    r"|has not yet been delivered|keep trying|will be (?:re)?(?:tried|attempted)"
    r"|you do ?n[o']t need to (?:resend|re-?send)|do not need to resend"
    r"|warning(?:: message| message only| only)|no action is required|delivery (?:will|attempts will)"
    r"|continue[sd]? (?:to )?tr|weiterhin versuch|weitere (?:zustell)?versuche|noch nicht|nouvelle tentative|continuera"
    r"|sera retent|se(?:guir[aá]|\s+volver[aá]) (?:a )?intent"
    r"|continuer[aà]|continuar[aá]|tentar[aá] novamente|będ\w+ ponawian|kolejne pr[oó]by|повторн\w+ попыт|будут продолж"
    r"|再試行|引き続き|继续尝试|繼續嘗試|fors[oö]ker igen|tekrar den",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"giv(?:en|ing) up|gave up|has been returned|will not be (?:re)?(?:tried|attempted)"
    r"|could not be delivered (?:for|within|after)|permanent|deleted from the queue|no further|aufgegeben|endg[uü]ltig"
    r"|abandonn|expired|cannot be delivered",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delay|warning|still|verz[oö]ger|retard|ritard|vertrag|atras|op[oó][zź]nien|задерж|zpo[zž]d|f[oö]rsenad|gecik|遅延|延迟|지연",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]{1,64}@[a-z0-9.-]{1,200}\.[a-z0-9-]{2,24}", re.IGNORECASE)


def read(mail: Mail) -> Reading | None:
    """Read a bounce that is none in form; None if it is not taken for one."""
    if _is_of_a_person(mail):
        return None
    if _is_envelope(mail):
        return dsn.read(parts.read(mail.parts[0].data()))
    weight = _of_header(mail)
    # Whatever the text says, it would not be enough.
    if weight < 1 and not _has_returned(mail):
        return None
    head = wording.head_of(mail)
    row = letters(head[:3000])
    if _has_returned(mail) or len(head) < _length(mail):
        weight += 2
    weight += 3 if _SAYS_SO.search(row) else 0
    replies = wording.replies_in(head)
    weight += 2 if replies else 0
    if weight < ENOUGH:
        return None
    return _reading(mail, head, weight)


def _is_of_a_person(mail: Mail) -> bool:
    fields = mail.fields
    if "list-id" in fields or "list-unsubscribe" in fields:
        return True
    if _DAEMON.search(fields.words("from")):
        return False
    if fields.get("return-path") != "<>" and _ANSWERED.match(fields.words("subject")):
        return True
    return automatic.has_subject_of_answer(mail) and not _has_returned(mail)


def _is_envelope(mail: Mail) -> bool:
    """Whether a server only wrapped another's report, and wrote nothing itself."""
    is_daemon = _DAEMON.search(mail.fields.words("from")) is not None
    return is_daemon and len(mail.parts) == 1 and mail.parts[0].kind == "message/rfc822"


def _of_header(mail: Mail) -> int:
    fields = mail.fields
    sender = fields.words("from")
    weight = 3 if _DAEMON.search(sender) else 0
    weight += 1 if "from" not in fields or not sender else 0
    weight += 2 if fields.get("return-path") == "<>" else 0
    weight += 3 if _SUBJECT.search(fields.words("subject")) else 0
    weight += 3 if any(name in fields for name in _MARKS) else 0
    weight -= 4 if _is_from_its_sender(fields) else 0
    weight += 2 if "delivery-status" in fields.get("content-type").lower() else 0
    return weight


def _is_from_its_sender(fields: Fields) -> bool:
    """Whether it can be answered, and so is no bounce (RFC 5321 4.5.5), unless a server writes as itself."""
    path = fields.get("return-path").strip("<> ").lower()
    return path != "" and path in fields.get("from").lower() and not _DAEMON.search(fields.words("from"))


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
        verdict = subject if subject.cause is not Cause.UNKNOWN else verdict
    named = mail.fields.get("x-failed-recipients") or head
    address = _ADDRESS.search(named)
    reason = wording.reason(head) or mail.fields.words("subject")
    recipient = Recipient(address[0], "", verdict.status, reason, verdict.cause) if address else None
    confidence = round(min(0.9, verdict.confidence) * min(1.0, 0.6 + 0.05 * weight), 2)
    kind = Kind.DELAY if is_waiting else Kind.BOUNCE
    return Reading(kind, verdict.cause, verdict.status, reason, confidence, (recipient,) if recipient else ())


def _is_waiting(mail: Mail, head: str) -> bool:
    subject = mail.fields.words("subject")
    if _GIVEN_UP.search(head) and not _DELAYED.search(subject):
        return False
    return _STILL_TRIED.search(head) is not None
