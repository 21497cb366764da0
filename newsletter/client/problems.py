"""What the API answers instead, as an error."""

from collections.abc import Mapping


class Problem(Exception):  # noqa: N818 -- named for what the API calls it
    """An answer that says what went wrong (RFC 9457)."""

    def __init__(self, status: int, document: Mapping[str, object]) -> None:
        self.status = status
        # The last part of its type, for programs: "outdated".
        self.name = str(document.get("type", "")).rpartition("problem-")[2]
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        # Everything that was said, such as `errors` or `version`.
        self.document = document
        super().__init__(f"{status} {self.title}: {self.detail}".strip())
