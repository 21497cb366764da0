"""Who writes a message, by its header: a mail server, or somebody who can be answered; pure."""

import re

from newsletter.returns.parts import Mail

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
    r"^\W*(?:spam\W+)?(?:re|aw|sv|antw|rif|res|odp|ynt|fwd?|wg|tr|rv|i|vs|回复|答复|转发|fw)\s*(?:\[\d+\])?\s*[:：]",
    re.IGNORECASE,
)


def is_daemon(mail: Mail) -> bool:
    """Whether a mail server writes as itself."""
    return _DAEMON.search(mail.fields.words("from")) is not None


def has_subject_of_bounce(mail: Mail) -> bool:
    """Whether its subject says that something was not delivered."""
    return _SUBJECT.search(mail.fields.words("subject")) is not None


def is_marked(mail: Mail) -> bool:
    """Whether it has a field that servers write into bounces alone."""
    return any(name in mail.fields for name in _MARKS)


def is_answered(mail: Mail) -> bool:
    """Whether its subject is that of an answer or of something sent on."""
    return _ANSWERED.match(mail.fields.words("subject")) is not None
