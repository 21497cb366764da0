"""Checks of what filters and readers know from spam: words, signs, subjects that feign an answer, files that are not there."""

import re
import unicodedata
from collections.abc import Iterator

from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from newsletter.review.wordings import Wording, title_mend, wordings_of
from subscribers.sentence import say

# So many of them in one text may be meant; with more it reads like an advertisement.
MOST_PHRASES = 2

# What newsletters of societies and libraries do not say and advertisements do, in the languages of the house. A short list on
# purpose: filters weigh the sender far more than words, and a long list finds honest ones.
_PHRASES = """
    act now|absolutely free|buy now|cash bonus|click below|congratulations, you|dear friend|double your money
    earn extra cash|extra income|free gift|guaranteed income|limited time offer|lowest price|make money
    money back guarantee|money-back guarantee|no obligation|once in a lifetime|order now|risk free|risk-free
    special promotion|this is not spam|while supplies last|you are a winner|you have won|100% free|100% guaranteed
    geld-zurück-garantie|jetzt bestellen|jetzt kaufen|jetzt zugreifen|kein spam|lieber freund|nebenverdienst|nur für kurze zeit
    ohne risiko|schnell geld verdienen|sie haben gewonnen|sonderangebot|völlig kostenlos|100% gratis|100% kostenlos
    achetez maintenant|argent facile|ceci n'est pas un spam|cher ami|commandez maintenant|entièrement gratuit|gagnez de l'argent
    offre limitée|revenu garanti|sans engagement|sans risque|satisfait ou remboursé|vous avez gagné|100% gratuit
    compra ahora|compre ahora|dinero extra|dinero fácil|esto no es spam|gane dinero|ingresos garantizados|oferta limitada
    oferta por tiempo limitado|querido amigo|sin compromiso|sin riesgo|totalmente gratis|usted ha ganado
    без риска|быстрый заработок|вы выиграли|гарантированный доход|дополнительный доход|дорогой друг|закажите сейчас
    купите сейчас|купить сейчас|легкие деньги|ограниченное предложение|совершенно бесплатно|это не спам|100% бесплатно
    完全免费|百分百免费|恭喜您中奖|恭喜你中奖|快速赚钱|轻松赚钱|立即购买|立即订购|限时优惠|限时抢购|零风险
    اشتر الآن|اطلب الآن|بدون مخاطر|دخل إضافي|دخل مضمون|صديقي العزيز|عرض محدود|كسب المال|لقد ربحت|مجاني تماما|لفترة محدودة
"""

# Files that a letter speaks of as if it brought them along.
_FILES = """
    please find attached|please find the attached|find attached|see attached|see the attached|attached file|attached document
    attached pdf|attached please find|in the attachment|see attachment
    im anhang|in der anlage|siehe anhang|anbei finden sie|anbei erhalten sie|angehängte datei|angehängtes dokument
    ci-joint|ci-jointe|ci-joints|en pièce jointe|pièce jointe|pièces jointes
    archivo adjunto|documento adjunto|en adjunto|se adjunta|adjunto encontrará|archivos adjuntos
    во вложении|в приложенном файле|прикрепленный файл|в прикрепленном файле
    见附件|请看附件|附件中|随信附上|请查收附件
    في المرفق|في المرفقات|الملف المرفق|مرفق طيه
"""

# "Re:" and its like, as mail programs of many languages write them.
_ANSWER = re.compile(r"\s*(?:re|fwd?|aw|wg|tr|rv|ynt|отв|答复|回复|转发)\s*(?:\[\d{1,3}\]\s*)?[:：]", re.IGNORECASE)
_MONEY = re.compile(r"[$€£¥]{2,}")
_SPACED = re.compile(r"(?<!\w)(?:[A-Z][ *_]){3,30}[A-Z](?!\w)")
# Of the first line of a wording.
_LONGEST_LINE = 500


def _pattern(words: str) -> re.Pattern[str]:
    phrases = [phrase.strip() for line in words.splitlines() for phrase in line.split("|") if phrase.strip()]
    # Longer ones first, so that the whole of one is shown; Chinese has no marks between words.
    by_length = sorted(phrases, key=len, reverse=True)
    spaced = "|".join(re.escape(phrase) for phrase in by_length if phrase[0] < "\u3000")
    joined = "|".join(re.escape(phrase) for phrase in by_length if phrase[0] >= "\u3000")
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)|{joined}")


_SPAM = _pattern(_PHRASES)
_ATTACHED = _pattern(_FILES)


def check(seen: Inspected) -> Iterator[Finding]:
    """Find what makes a letter look like one that nobody asked for."""
    yield from _about_answers(seen)
    for wording in wordings_of(seen):
        yield from _about_signs(seen, wording)
        yield from _about_phrases(seen, wording)
        yield from _about_files(wording)


def _about_answers(seen: Inspected) -> Iterator[Finding]:
    match = _ANSWER.match(seen.draft.subject)
    if match is not None:
        text = say(
            "The subject begins with “%(strip)s”, as if it answered a mail; the law calls that misleading.",
            strip=match[0].strip(),
        )
        mend = Mend(say("Begin with what is in the issue."), seen.commands.edit("--subject SUBJECT"))
        yield Finding(Code.SUBJECT_FEIGNED, text, is_blocking=False, mend=mend)


def _about_signs(seen: Inspected, wording: Wording) -> Iterator[Finding]:
    line = wording.text.partition("\n")[0][:_LONGEST_LINE]
    match = _MONEY.search(line) or _SPACED.search(line)
    if match is not None:
        text = say("%(name)s has “%(match)s” in it, as spam has.", name=wording.name, match=match[0])
        mend = Mend(say("Write it in plain words."), title_mend(seen, wording))
        yield Finding(Code.SPAM_WORDS, text, is_blocking=False, mend=mend, article_id=wording.article_id)


def _about_phrases(seen: Inspected, wording: Wording) -> Iterator[Finding]:
    """Tell of one phrase where an inbox or a heading shows it, and of several in a text."""
    line, _, body = _plain(wording.text).partition("\n")
    in_line, in_body = _found(_SPAM, line), _found(_SPAM, body)
    if in_line:
        mend = Mend(
            say("Say what it is, without praise: filters count such words, and the subject's first."), title_mend(seen, wording)
        )
    elif len(in_body) > MOST_PHRASES:
        mend = Mend(say("Say it in other words: filters count them, and readers take it for advertising."), wording.mend)
    else:
        return
    text = say(
        "%(name)s says %(value)s, as advertisements do.",
        name=wording.name,
        value=", ".join(f"“{one}”" for one in (in_line or in_body)[:3]),
    )
    yield Finding(Code.SPAM_WORDS, text, is_blocking=False, mend=mend, article_id=wording.article_id, section=wording.section)


def _about_files(wording: Wording) -> Iterator[Finding]:
    found = _found(_ATTACHED, _plain(wording.text))
    if found:
        text = say(
            "%(name)s speaks of a file that comes with it (“%(found)s”); a letter carries none.",
            name=wording.name,
            found=found[0],
        )
        mend = Mend(say("Link the file, or leave the words out."), wording.mend)
        yield Finding(Code.ATTACHMENT_MISSING, text, is_blocking=False, mend=mend, article_id=wording.article_id)


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(match[0] for match in pattern.finditer(text)))


def _plain(text: str) -> str:
    """Give a text as the lists are written: small letters, one kind of blank, apostrophe and ё, no blank before a per cent."""
    same = unicodedata.normalize("NFC", text).casefold().replace("’", "'").replace("ё", "е")
    return re.sub(r"[^\S\n]+", " ", same).replace(" %", "%")
