"""Tables of figures as files."""

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.web.desk.figures.sheet import Sheet, csv
from newsletter.web.faults import PageNotFound


def of(sheets: Sequence[Sheet], key: str, name: str) -> Response:
    """Give the table of this key as CSV, called after what it is about.

    Raises:
        PageNotFound: there is none of this key.

    """
    found = next((sheet for sheet in sheets if sheet.key == key), None)
    if found is None:
        raise PageNotFound
    headers = {"Content-Disposition": f'attachment; filename="{name}-{key}.csv"'}
    return Response(csv(found), media_type="text/csv; charset=utf-8", headers=headers)
