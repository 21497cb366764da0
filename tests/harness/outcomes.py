"""A run of the demonstration in which everything went well."""

from newsletter.demo.outcome import Outcome

GOOD = Outcome(
    posts=19,
    articles=14,
    events=4,
    sections=("Letter", "… and more"),
    audience=200,
    accepted=200,
    refused=0,
    uncertain=0,
    inbox=200,
    one_click_unsubscribed=1,
    second_issue_audience=199,
    second_issue_inbox=199,
    duplicates=0,
    seconds=12.5,
    archive_status=200,
    archive_url="http://127.0.0.1:8000/archive/x/1",
)
