"""Why something is not taken in."""

from newsletter.errors import NewsletterError


class BackupUnusable(NewsletterError):  # noqa: N818 -- named for the outcome
    """A file was to be restored that is no whole backup of ours, or a database holds what another cannot take."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"It cannot be taken in: {reason}. Nothing was changed.")
