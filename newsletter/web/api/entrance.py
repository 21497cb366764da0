"""The address of the API in this process, which costs nothing before somebody first asks for it."""

import anyio
import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.web.visits import Site


class Entrance:
    """Loads the API at its first request, and hands every request on to it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = anyio.Lock()
        self._inner: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if self._inner is None:
            async with self._lock:
                if self._inner is None:
                    # Beside the pages: it takes a second, in which they go on.
                    self._inner = await anyio.to_thread.run_sync(self._load)
        await self._inner(scope, receive, send)

    def _load(self) -> ASGIApp:
        from newsletter.web.api.assembly import assemble  # noqa: PLC0415 -- loads FastAPI and Pydantic, 30 MB of them

        return assemble(self._site)
