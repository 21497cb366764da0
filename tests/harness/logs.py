"""How what is logged looks in tests: with plain tracebacks.

structlog's own default shows every local variable of every frame where `rich` is there. Those of a request hold the catalogues
and the whole desk, and one error took minutes to be written down.
"""

import structlog


def write_plainly() -> None:
    """Log as structlog does by itself, but for tracebacks; for processes that have not been told how to log."""
    structlog.reset_defaults()
    *before, _ = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, renderer])
