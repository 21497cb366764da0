"""Pages: templates on disk filled with values, every value escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from newsletter.web import spelled
from newsletter.web.static import read_shelf


class Pages:
    """The templates of all pages, and the files they link to."""

    def __init__(self, folder: Path) -> None:
        self.shelf = read_shelf(folder / "static")
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            # Everything a page shows came from outside: feeds, forms, relays.
            autoescape=True,
            # A misspelled value is a bug and looks like one.
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = self._address
        self._environment.filters.update(
            moment=spelled.moment,
            day=spelled.day,
            city=spelled.city,
            number=spelled.number,
            people=spelled.people,
            relative=spelled.relative,
        )

    def render(self, name: str, /, **values: object) -> str:
        """Fill the template *name*, such as `public/home.html`."""
        return self._environment.get_template(name).render(values)

    def page(self, name: str, /, **values: object) -> HTMLResponse:
        """Answer with the template *name*, filled."""
        return HTMLResponse(self.render(name, **values))

    def page_with(self, status: int, name: str, /, **values: object) -> HTMLResponse:
        """Answer with the template *name*, filled, and *status*."""
        return HTMLResponse(self.render(name, **values), status)

    def _address(self, name: str) -> str:
        return self.shelf[name].address
