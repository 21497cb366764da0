"""Images, and what articles show from elsewhere, in SQL."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, cast, delete, exists, func, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import ImageNotFound, InUse
from newsletter.images.model import (
    LIBRARY,
    Developed,
    Encoded,
    Facts,
    Focus,
    Hosted,
    Image,
    MediaType,
    Shelf,
    Uses,
    file_name,
    own_key,
    shown_keys,
)
from newsletter.tables.guests import contribution
from newsletter.tables.images import illustrated, image, issue_remote_file, letter_image, remote_file
from newsletter.tables.issues import article, issue, newsletter
from subscribers.sentence import say
from subscribers.transaction import Transaction

# What both databases take as values of one statement, and more pictures than any issue has.
MOST_AT_ONCE = 500

_card = image.alias("card")
_FACTS: tuple[ColumnElement[Any], ...] = (
    image.c.key,
    image.c.media_type,
    image.c.width,
    image.c.height,
    image.c.size,
    image.c.name,
    image.c.alt,
    image.c.credit,
    image.c.source,
    image.c.focus_x,
    image.c.focus_y,
    image.c.is_chosen,
    image.c.created_at,
)
# States in which an issue still changes; SQL must not ask a room above.
_OPEN = ("draft", "in_review", "held")


@dataclass(frozen=True, slots=True)
class Remote:
    """What became of a file that an article shows or links to."""

    url: str
    # There is an image, or a size.
    is_here: bool
    tried_at: datetime


def keep(tx: Transaction, developed: Developed, facts: Facts, now: datetime) -> str:
    """Keep an image with its card and give its key; one that is there already stays as it is described.

    An editor who brings what a post brought before describes it from now on.
    """
    card, key = developed.card, developed.image.key
    if card.key != key:
        _put(tx, card, Facts(name=facts.name, source=facts.source), "", now)
    if _put(tx, developed.image, facts, card.key, now) or not facts.is_chosen:
        return key
    described = {"name": facts.name, "alt": facts.alt, "credit": facts.credit, "is_chosen": True}
    tx.execute(update(image).where(image.c.key == key, image.c.is_chosen == 0).values(described))
    return key


def find(tx: Transaction, key: str) -> Image:
    """Give an image by its key, or by the beginning of one that no other has.

    Raises:
        ImageNotFound: there is none, or more than one.

    """
    begins = image.c.key.startswith(key, autoescape=True)
    rows = tx.execute(select(*_FACTS).where(begins).limit(2)).all() if key else []
    if len(rows) != 1:
        raise ImageNotFound(key)
    return _image(rows[0])


def address_of(tx: Transaction, said: str) -> str:
    """Give where one of our images is shown, of which somebody wrote the address or the beginning of its key; else *said*.

    Raises:
        ImageNotFound: there is none, or more than one.

    """
    key = own_key(said) or ("" if "/" in said else said)
    return f"/images/{find(tx, key).file}" if key else said


def sizes(tx: Transaction, keys: Collection[str]) -> Mapping[str, int]:
    """Give the bytes of images, by key; those that are not there are left out."""
    rows = tx.execute(select(image.c.key, image.c.size).where(image.c.key.in_(sorted(keys))))
    return {row.key: row.size for row in rows}


def names(tx: Transaction, keys: Collection[str]) -> Mapping[str, str]:
    """Give what images are called, by key; those that are not there are left out."""
    rows = tx.execute(select(image.c.key, image.c.name).where(image.c.key.in_(sorted(keys))))
    return {row.key: row.name for row in rows}


def content(tx: Transaction, key: str) -> tuple[str, bytes]:
    """Give the media type and the bytes of an image.

    Raises:
        ImageNotFound: there is none of this key.

    """
    row = tx.execute(select(image.c.media_type, image.c.data).where(image.c.key == key)).one_or_none()
    if row is None:
        raise ImageNotFound(key)
    return row.media_type, bytes(row.data)


def library(tx: Transaction) -> tuple[Image, ...]:
    """Give the images that editors chose, the newest first."""
    rows = tx.execute(select(*_FACTS).where(image.c.is_chosen == 1).order_by(image.c.created_at.desc(), image.c.key))
    return tuple(map(_image, rows))


def describe(tx: Transaction, key: str, facts: Facts) -> None:
    """Say something else of an image: its name, alternative text, credit or focus."""
    tx.execute(
        update(image)
        .where(image.c.key == key)
        .values(name=facts.name, alt=facts.alt, credit=facts.credit, focus_x=facts.focus.x, focus_y=facts.focus.y)
    )


def put_card(tx: Transaction, key: str, card: Encoded, now: datetime) -> None:
    """Let an image have another card; letters that show the one before keep it."""
    found = find(tx, key)
    if card.key != key:
        _put(tx, card, Facts(name=found.facts.name, source=found.facts.source), "", now)
    tx.execute(update(image).where(image.c.key == key).values(card_key=card.key))


def uses(tx: Transaction, key: str) -> Uses:
    """Count where an image or its card is needed."""
    cards = select(image.c.card_key).where(image.c.key == key)
    shown = or_(letter_image.c.image_key == key, letter_image.c.image_key.in_(cards))
    in_text = article.c.content.contains(LIBRARY + key, autoescape=True)
    chosen = or_(article.c.picture == key, article.c.portrait == key, in_text)
    logo = cast(newsletter.c.tokens, Text).contains(key, autoescape=True)
    kept = or_(contribution.c.picture == key, contribution.c.portrait == key)
    # What was handed in stands in its article.
    waiting = tx.execute(select(func.count()).where(kept, contribution.c.article_id.is_(None))).scalar_one()
    return Uses(
        letters=tx.execute(select(func.count(letter_image.c.letter_id.distinct())).where(shown)).scalar_one(),
        articles=tx.execute(select(func.count()).select_from(article).where(chosen)).scalar_one() + waiting,
        newsletters=tx.execute(select(func.count()).select_from(newsletter).where(logo)).scalar_one(),
    )


def remove(tx: Transaction, key: str) -> None:
    """Forget an image that nothing needs.

    Raises:
        InUse: a frozen letter shows it, or somebody chose it for an article.

    """
    needed = uses(tx, key)
    if needed.any:
        raise InUse(say("image"), key, _words(needed))
    card = tx.execute(select(image.c.card_key).where(image.c.key == key)).scalar_one_or_none()
    # Whatever shows it by its address is asked for again.
    gone = select(remote_file.c.digest).where(remote_file.c.image_key == key)
    tx.execute(delete(issue_remote_file).where(issue_remote_file.c.digest.in_(gone)))
    tx.execute(delete(remote_file).where(remote_file.c.image_key == key))
    tx.execute(delete(image).where(image.c.key == key))
    if card and card != key and not _is_needed(tx, card):
        tx.execute(delete(image).where(image.c.key == card))


def take_out(tx: Transaction, known: Image) -> None:
    """Offer an image that nothing needs to nobody any more; `put_back` takes that back.

    Raises:
        InUse: a frozen letter shows it, or somebody chose it for an article.

    """
    needed = uses(tx, known.key)
    if needed.any:
        raise InUse("image", known.facts.name, _words(needed))
    tx.execute(update(image).where(image.c.key == known.key).values(is_chosen=False))


def put_back(tx: Transaction, key: str) -> None:
    """Offer an image again."""
    tx.execute(update(image).where(image.c.key == key).values(is_chosen=True))


def remotes(tx: Transaction, urls: Collection[str]) -> Mapping[str, Remote]:
    """Give what is known of files, by address."""
    rows = tx.execute(select(remote_file).where(remote_file.c.digest.in_([*map(digest, urls)][:MOST_AT_ONCE])))
    return {row.url: Remote(row.url, row.image_key is not None or row.size > 0, row.tried_at) for row in rows}


def record_image(tx: Transaction, url: str, key: str | None, trouble: str, now: datetime) -> None:
    """Write down which image was made of a file, or why there is none."""
    _record(tx, url, {"kind": "image", "image_key": key, "size": 0, "trouble": trouble, "tried_at": now})


def record_document(tx: Transaction, url: str, size: int, now: datetime) -> None:
    """Write down how large a document is; 0: its server does not say."""
    _record(tx, url, {"kind": "document", "image_key": None, "size": size, "trouble": "", "tried_at": now})


def tie(tx: Transaction, issue_id: int, version: int, urls: Iterable[str], now: datetime) -> None:
    """Write down what the articles of an issue show and link to, as they are in this version."""
    tx.execute(delete(issue_remote_file).where(issue_remote_file.c.issue_id == issue_id))
    rows = [{"issue_id": issue_id, "digest": digest(url)} for url in urls]
    if rows:
        tx.execute(insert(issue_remote_file).values(rows).on_conflict_do_nothing())
    seen = {"version": version, "at": now}
    done = insert(illustrated).values(issue_id=issue_id, **seen)
    tx.execute(done.on_conflict_do_update(index_elements=["issue_id"], set_=seen))


def unillustrated(tx: Transaction, failed_before: datetime) -> tuple[int, ...]:
    """Give the open issues that somebody should look after, by id.

    Those that were edited since their images were, and those that lack an image nobody has asked for since *failed_before*.
    """
    done = select(illustrated.c.version).where(illustrated.c.issue_id == issue.c.id).scalar_subquery()
    lost = (
        exists()
        .where(issue_remote_file.c.issue_id == issue.c.id)
        .where(remote_file.c.digest == issue_remote_file.c.digest)
        .where(remote_file.c.kind == "image", remote_file.c.image_key.is_(None), remote_file.c.tried_at < failed_before)
    )
    is_due = or_(func.coalesce(done, -1) != issue.c.version, lost)
    rows = tx.execute(select(issue.c.id).where(issue.c.state.in_(_OPEN), is_due).order_by(issue.c.id))
    return tuple(row.id for row in rows)


def shelf(tx: Transaction, issue_id: int, keys: Collection[str], at: str) -> Shelf:
    """Give what the letter of an issue may show; *keys* are images chosen for it, *at* is where images have their addresses."""
    rows = tx.execute(
        select(remote_file.c.url, remote_file.c.kind, remote_file.c.size.label("bytes"), remote_file.c.trouble, *_shown())
        .select_from(issue_remote_file)
        .join(remote_file, remote_file.c.digest == issue_remote_file.c.digest)
        .outerjoin(image, image.c.key == remote_file.c.image_key)
        .outerjoin(_card, _card.c.key == image.c.card_key)
        .where(issue_remote_file.c.issue_id == issue_id),
    ).all()
    pictures = [row for row in rows if row.kind == "image"]
    among = image.outerjoin(_card, _card.c.key == image.c.card_key)
    chosen = tx.execute(select(*_shown()).select_from(among).where(image.c.key.in_(keys))).all() if keys else []
    return Shelf(
        by_source={row.url: _hosted(row, at, row.trouble) for row in pictures if row.key is not None},
        troubles={row.url: row.trouble for row in pictures if row.key is None},
        by_key={row.key: _hosted(row, at) for row in chosen},
        sizes={row.url: row.bytes for row in rows if row.kind == "document" and row.bytes},
    )


def tie_letter(tx: Transaction, letter_id: int, html: str) -> None:
    """Let the images that a frozen letter shows be kept as long as the letter."""
    keys = shown_keys(html)
    known = tx.execute(select(image.c.key).where(image.c.key.in_(keys))).scalars().all() if keys else []
    if known:
        tx.execute(insert(letter_image).values([{"letter_id": letter_id, "image_key": key} for key in known]))


def digest(url: str) -> str:
    """Give what stands for an address in an index."""
    return sha256(url.encode("utf-8", "replace")).hexdigest()


def _put(tx: Transaction, encoded: Encoded, facts: Facts, card_key: str, now: datetime) -> bool:
    statement = insert(image).values(
        key=encoded.key,
        media_type=encoded.media_type.value,
        width=encoded.width,
        height=encoded.height,
        size=len(encoded.data),
        data=encoded.data,
        name=facts.name,
        alt=facts.alt,
        credit=facts.credit,
        source=facts.source,
        focus_x=facts.focus.x,
        focus_y=facts.focus.y,
        is_chosen=facts.is_chosen,
        card_key=card_key,
        created_at=now,
    )
    return bool(tx.execute(statement.on_conflict_do_nothing().returning(image.c.key)).all())


def _record(tx: Transaction, url: str, facts: dict[str, object]) -> None:
    statement = insert(remote_file).values(digest=digest(url), url=url, **facts)
    tx.execute(statement.on_conflict_do_update(index_elements=["digest"], set_=facts))


def _is_needed(tx: Transaction, card: str) -> bool:
    """Whether something besides the image that a card was cut from needs it."""
    asked: tuple[ColumnElement[bool], ...] = (image.c.card_key == card, (image.c.key == card) & (image.c.is_chosen == 1))
    held = select(func.count()).where(or_(*asked))
    tied = select(func.count()).where(letter_image.c.image_key == card)
    made = select(func.count()).where(remote_file.c.image_key == card)
    return any(tx.execute(question).scalar_one() for question in (held, tied, made))


def _shown() -> tuple[ColumnElement[Any], ...]:
    card = (_card.c.key.label("card_key"), _card.c.media_type.label("card_type"))
    return (image.c.key, image.c.media_type, image.c.width, image.c.height, image.c.alt, image.c.credit, *card)


def _hosted(row: Row[Any], at: str, remark: str = "") -> Hosted:
    return Hosted(
        src=at + file_name(row.key, row.media_type),
        width=row.width,
        height=row.height,
        card=at + file_name(row.card_key, row.card_type) if row.card_key else "",
        alt=row.alt,
        credit=row.credit,
        remark=remark,
    )


def _image(row: Row[Any]) -> Image:
    focus = Focus(row.focus_x, row.focus_y)
    facts = Facts(row.name, row.source, row.alt, row.credit, focus, row.is_chosen)
    return Image(row.key, MediaType(row.media_type), row.width, row.height, row.size, facts, row.created_at)


def _words(needed: Uses) -> str:
    parts = (
        _counted(needed.letters, "letter that was frozen", "letters that were frozen"),
        _counted(needed.articles, "article"),
        _counted(needed.newsletters, "newsletter"),
    )
    return " and ".join(part for part in parts if part)


def _counted(count: int, one: str, many: str = "") -> str:
    if not count:
        return ""
    return f"1 {one}" if count == 1 else f"{count} {many or one + 's'}"
