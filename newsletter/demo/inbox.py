"""Pages to look into caught mail, as a mail program would show it."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from newsletter.demo.envelopes import Envelope, Envelopes
from newsletter.demo.mails import Heading, Mail, read_heading, read_mail

PAGES = Path(__file__).parent / "pages"

# As many as fit a long scroll; a page of 5,000 would be none.
MAILS_PER_PAGE = 50

# A caught letter is a stranger's HTML: no script runs in it, nothing it shows can reach the page around it.
# Same-origin only lets that page measure its height; links open in a tab of their own.
SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
LETTER_POLICY = (
    f"default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; form-action 'none'; sandbox {SANDBOX}"
)
PAGE_POLICY = "default-src 'self'; frame-ancestors 'none'"

VIEWS = ("letter", "text", "source")


class Row(NamedTuple):
    """One line of the inbox."""

    envelope: Envelope
    heading: Heading


def create_inbox(envelopes: Envelopes, zone: ZoneInfo, *, prefix: str = "", home: str = "") -> Starlette:
    """Give the inbox as an ASGI application to be mounted at *prefix*; *home* is where its pages lead back to."""
    inbox = _Inbox(envelopes, prefix, _templates(zone, prefix, home), {})
    return Starlette(
        routes=[
            Route("/", inbox.index),
            Route("/mails/{number:int}", inbox.mail),
            Route("/mails/{number:int}/letter", inbox.letter),
            Route("/mails/{number:int}/raw", inbox.raw),
            Route("/style.css", _file),
            Route("/inbox.js", _file),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Inbox:
    envelopes: Envelopes
    prefix: str
    templates: Jinja2Templates
    # Headings already read; a caught mail never changes.
    read: dict[int, Heading]

    async def index(self, request: Request) -> Response:
        """List the mails, newest first, or those that mention the words asked for."""
        words = request.query_params.get("q", "").strip()
        rows = [row for row in self._rows() if row.heading.mentions(words)]
        number = _page_number(request)
        start = (number - 1) * MAILS_PER_PAGE
        return self._show(
            request,
            "inbox.html",
            rows=rows[start : start + MAILS_PER_PAGE],
            found=len(rows),
            total=len(self.envelopes),
            words=words,
            number=number,
            has_more=start + MAILS_PER_PAGE < len(rows),
        )

    async def mail(self, request: Request) -> Response:
        """Show one mail: its letter, its plain text, or its source."""
        envelope, mail = self._find(request)
        wanted = request.query_params.get("view", "letter" if mail.html else "text")
        if wanted not in VIEWS:
            raise HTTPException(404)
        is_phone = request.query_params.get("width") == "phone"
        facts = {"envelope": envelope, "mail": mail, "view": wanted, "is_phone": is_phone, "sandbox": SANDBOX}
        return self._show(request, "inbox_mail.html", **facts, last=len(self.envelopes))

    async def letter(self, request: Request) -> Response:
        """Give the HTML part alone, for the frame in the mail's page."""
        _, mail = self._find(request)
        return HTMLResponse(_opening_links_outside(mail.html), headers={"Content-Security-Policy": LETTER_POLICY})

    async def raw(self, request: Request) -> Response:
        """Give the message as it was received, for a mail program."""
        envelope, _ = self._find(request)
        name = {"Content-Disposition": f'attachment; filename="{envelope.number:06d}.eml"'}
        return Response(self.envelopes.content(envelope), media_type="message/rfc822", headers=name)

    def _rows(self) -> list[Row]:
        return [Row(envelope, self._heading(envelope)) for envelope in reversed(self.envelopes.all())]

    def _heading(self, envelope: Envelope) -> Heading:
        if envelope.number not in self.read:
            self.read[envelope.number] = read_heading(self.envelopes.content(envelope))
        return self.read[envelope.number]

    def _find(self, request: Request) -> tuple[Envelope, Mail]:
        envelope = self.envelopes.find(request.path_params["number"])
        if envelope is None:
            raise HTTPException(404)
        return envelope, read_mail(self.envelopes.content(envelope))

    def _show(self, request: Request, template: str, **facts: object) -> Response:
        return self.templates.TemplateResponse(request, template, facts, headers={"Content-Security-Policy": PAGE_POLICY})


async def _file(request: Request) -> Response:
    return FileResponse(PAGES / request.scope["path"].rpartition("/")[2])


def _templates(zone: ZoneInfo, prefix: str, home: str) -> Jinja2Templates:
    templates = Jinja2Templates(PAGES)
    templates.env.globals.update(prefix=prefix, home=home)
    templates.env.filters["when"] = lambda moment: moment.astimezone(zone).strftime("%a %-d %b %Y, %H:%M")
    return templates


def _page_number(request: Request) -> int:
    text = request.query_params.get("page", "1")
    return max(int(text), 1) if text.isdecimal() else 1


def _opening_links_outside(html: str) -> str:
    """Let links of the letter open in a tab of their own, as mail programs do."""
    head, found, rest = html.partition("<head>")
    return f'{head}{found}<base target="_blank">{rest}' if found else f'<base target="_blank">{html}'
