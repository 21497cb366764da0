"""What a process that stays shows of itself while it runs: its port for metrics, and its traces."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter import tracing
from newsletter.bootstrap import Application
from newsletter.errors import SettingWrong
from newsletter.watching import port
from newsletter.watching.port import Watched
from newsletter.watching.watcher import Watch


@contextmanager
def watched(application: Application, *, is_healthy: Callable[[], bool], is_stopping: Callable[[], bool]) -> Iterator[None]:
    """Let whoever watches see this process until the end of the block, as far as the settings say.

    Raises:
        BadValue: nothing can listen where the setting says.
        SettingWrong: traces are wanted, and their library is not installed.

    """
    settings = application.settings
    if settings.watching.traces:
        try:
            tracing.start(settings.watching.traces)
        except tracing.TracesMissing as error:
            raise SettingWrong("NEWSLETTER_TRACES", "needs the extra newsletter[otel], which is not installed") from error
    watch = Watch(application.database, settings.relay, application.clock)
    try:
        with port.opened(Watched(settings.watching, watch, application.database, is_healthy, is_stopping)):
            yield
    finally:
        tracing.stop()
