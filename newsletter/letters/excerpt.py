"""The first words of an article, with its markup closed properly."""

import re
from itertools import islice

from selectolax.lexbor import LexborNode

from newsletter.letters.footnotes import MARK

# As many as WordPress takes.
WORDS = 55
# What an author broke off by hand is shown as it is, up to here.
MOST_OF_A_TEASER = 200
# A cut that spares less than this share of the words is not worth a "Read more".
_TOLERANCE = 1.2
# A sentence that ends in this stretch of the allowance ends the excerpt; nicer than dots in mid-sentence.
_EARLIEST, _LATEST = 0.5, 1.15

_LEFT_OUT = frozenset("table figure img h1 h2 h3 h4 h5 h6 hr pre".split())  # noqa: SIM905 -- reads as the list it is
# Even with nothing in them.
_ALWAYS_SHOWN = frozenset({"table", "hr", "pre"})
# Two characters of Chinese, Japanese or Korean count as a word; those scripts put no spaces.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,2}|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# With what quotation marks and brackets may follow it; few words end so, and only they are looked at.
_ENDINGS = tuple(".!?…。！？؟۔।\"'”’»)")
_FULL_STOP = re.compile(r"[.!?…。！？؟۔।][\"'”’»)]*$")
# What ends in a full stop and ends no sentence, in the languages of most blogs; and single letters.
_ABBREVIATION = re.compile(
    r"(?:\w|dr|prof|mr|mrs|ms|mme|mlle|sr|sra|st|e\.g|i\.e|z\.b|u\.a|d\.h|bzw|ca|cf|no|nr|vol|vs|p\.m|a\.m|jan|feb|sept|oct|nov|dec)\.",
    re.IGNORECASE,
)


def cut(root: LexborNode, words: int = WORDS) -> bool:
    """Leave about the first *words* words in the tree of an article; gives whether it goes on, be it with a picture only.

    Whole words, whole sentences where one ends in time. Pictures, tables, headings and the numbers of footnotes are left out.
    """
    left_out = [node for node in root.traverse() if node.tag in _LEFT_OUT or (node.tag == "sup" and _is_reference(node))]
    goes_on = any(map(_is_missed, left_out))
    for node in reversed(left_out):
        node.decompose()
    spoken = _words_in(root.text(separator=" "))
    allowed = _allowance(spoken, words)
    if allowed < len(spoken):
        ending = "" if _ends_sentence(spoken, allowed) else "…"
        _Cut(allowed, ending).walk(root)
    return goes_on or allowed < len(spoken)


def cut_at(root: LexborNode, mark: str) -> bool:
    """Leave what stands before *mark* in the tree of an article; everything, and False, where that has no words."""
    before, found, _ = root.text().partition(mark)
    if not found or not before.strip():
        return False
    _CutAt(mark).walk(root)
    return True


def take_out(root: LexborNode, mark: str) -> None:
    """Take *mark* out of the words in the tree of an article."""
    for node in list(root.traverse(include_text=True)):
        if node.is_text_node and mark in (node.text_content or ""):
            node.replace_with((node.text_content or "").replace(mark, ""))
    root.merge_text_nodes()


def _is_reference(raised: LexborNode) -> bool:
    return MARK.fullmatch(raised.text()) is not None


def _is_missed(node: LexborNode) -> bool:
    """Whether a reader of the whole article sees something where *node* stands."""
    if node.tag == "img":
        return bool(node.attrs.get("alt"))
    if node.tag == "sup":
        return False
    return node.tag in _ALWAYS_SHOWN or bool(node.text(strip=True)) or node.css_first("img") is not None


def _words_in(text: str) -> list[str]:
    """Give what `_WORD` finds; where every word has its spaces a split finds the same in a tenth of the time."""
    return text.split() if text.isascii() or not _UNSPACED.search(text) else _WORD.findall(text)


def _allowance(spoken: list[str], words: int) -> int:
    """Decide after how many words to stop."""
    if len(spoken) <= words * _TOLERANCE:
        return len(spoken)
    stretch = range(min(int(words * _LATEST), len(spoken)), int(words * _EARLIEST), -1)
    return next((count for count in stretch if _ends_sentence(spoken, count)), words)


def _ends_sentence(spoken: list[str], count: int) -> bool:
    """Whether a sentence ends with the *count*-th word."""
    last, following = spoken[count - 1], spoken[count : count + 1]
    if not last.endswith(_ENDINGS) or not _FULL_STOP.search(last) or _ABBREVIATION.fullmatch(last):
        return False
    return not (following and following[0][0].islower())


class _Cut:
    """Walks a tree, counts its words, and takes out all that comes after the last allowed one."""

    def __init__(self, allowed: int, ending: str) -> None:
        self._left = allowed
        self._ending = ending

    def walk(self, node: LexborNode) -> None:
        """Keep the allowed words of *node*."""
        for child in list(node.iter(include_text=True)):
            if self._left == 0:
                child.decompose()
            elif child.is_text_node:
                self._count(child)
            else:
                self.walk(child)

    def _count(self, node: LexborNode) -> None:
        text = node.text_content or ""
        count = len(_words_in(text))
        if count < self._left:
            self._left -= count
            return
        last = next(islice(_WORD.finditer(text), self._left - 1, None))
        kept = text[: last.end()]
        if self._ending:
            kept = kept.rstrip(" ,;:–-") + self._ending
        node.replace_with(kept)
        self._left = 0


class _CutAt:
    """Walks a tree and takes out all that comes after a mark."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._is_past = False

    def walk(self, node: LexborNode) -> None:
        """Keep of *node* what stands before the mark."""
        for child in list(node.iter(include_text=True)):
            if self._is_past:
                child.decompose()
            elif not child.is_text_node:
                self.walk(child)
            elif self._mark in (child.text_content or ""):
                self._is_past = True
                child.replace_with((child.text_content or "").partition(self._mark)[0])
