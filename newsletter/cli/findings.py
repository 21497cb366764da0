"""How the findings of the preflight are told."""

from collections.abc import Sequence

from newsletter.review.preflight import Finding


def lines(findings: Sequence[Finding]) -> list[str]:
    """Give each finding as a line, the blocking ones first."""
    return [_line(finding) for finding in sorted(findings, key=lambda one: not one.is_blocking)]


def documents(findings: Sequence[Finding]) -> list[dict[str, object]]:
    """Give the findings as data."""
    return [
        {
            "code": finding.code,
            "text": finding.text,
            "is_blocking": finding.is_blocking,
            "article": finding.article_id,
            "section": finding.section,
        }
        for finding in findings
    ]


def _line(finding: Finding) -> str:
    place = f" (article {finding.article_id})" if finding.article_id is not None else ""
    return f"{'blocks ' if finding.is_blocking else 'warning'}  {finding.text}{place}"
