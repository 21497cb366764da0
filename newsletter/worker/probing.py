"""What a tick does about what came back: late applications of early events, and probes of doubtful addresses."""

from newsletter.bootstrap import Application
from newsletter.issues import newsletters
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import Draft, LetterKind
from newsletter.returns import apply, probing
from subscribers import register

# So many are looked at before the other steps of a tick have their turn.
BATCH = 100


def follow_up(application: Application) -> bool:
    """Apply what waited for its delivery, and plan the probes that are owed; True when there may be more of either."""
    now = application.clock()
    with application.database.write() as tx:
        applied = apply.replay_waiting(tx, application.keyring, now, BATCH)
    return _probe(application) or applied == BATCH


def _probe(application: Application) -> bool:
    now = application.clock()
    with application.database.read() as tx:
        due = probing.owed(tx, BATCH)
        lists = {list_id: register.list_by_id(tx, list_id) for list_id in {one.list_id for one in due if one.list_id}}
        papers = {list_id: newsletters.of_list(tx, list_id) for list_id in lists}
    drafts: dict[tuple[int, str], Draft] = {}
    for one in due:
        paper = papers.get(one.list_id)
        if paper is not None and (one.list_id, one.language) not in drafts:
            words = words_for(one.language, lists[one.list_id].language, paper.language)
            drafts[one.list_id, one.language] = application.notice(LetterKind.PROBE, paper, lists[one.list_id], words)
        with application.database.write() as tx:
            if paper is None:
                probing.forgive(tx, one)
            else:
                probing.mail(tx, application.keyring, one, drafts[one.list_id, one.language], paper, now)
    return len(due) == BATCH
