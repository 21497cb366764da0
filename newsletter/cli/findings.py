"""How the findings of the preflight are told."""

from collections.abc import Iterator, Sequence

from newsletter.review.finding import Finding


def lines(findings: Sequence[Finding]) -> list[str]:
    """Give each finding with the way to mend it, the blocking ones first."""
    return [line for finding in sorted(findings, key=lambda one: not one.is_blocking) for line in _lines(finding)]


def documents(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Give the findings as data."""
    return [
        {
            "code": finding.code,
            "text": finding.text,
            "is_blocking": finding.is_blocking,
            "article": finding.article_id,
            "section": finding.section,
            "mend": finding.mend.told,
            "command": finding.mend.command or None,
        }
        for finding in findings
    ]


def _lines(finding: Finding) -> Iterator[str]:
    place = f" (article {finding.article_id})" if finding.article_id is not None else ""
    yield f"{'blocks ' if finding.is_blocking else 'warning'}  {finding.text}{place}"
    yield f"         {finding.mend.told}"
    if finding.mend.command:
        yield f"         {finding.mend.command}"
