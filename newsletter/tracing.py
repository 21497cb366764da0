"""Traces, for whoever follows single requests and steps: told to OpenTelemetry's collector where one is named, else nothing."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

_OFF: AbstractContextManager[None] = nullcontext()

# What a stopping process gives the collector to take the last spans, in seconds.
LAST_WORDS = 3.0


class TracesMissing(Exception):  # noqa: N818 -- named for what is missing
    """The library is not installed."""


class _Tracing:
    """What of this process is traced; there is one."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None
        self.provider: TracerProvider | None = None


_TRACING = _Tracing()


def start(collector: str) -> None:
    """Trace from now on, and tell the collector at this address; the spans go by a thread, and are dropped where it is away.

    Raises:
        TracesMissing: the library is not installed.

    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 -- half a second
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise TracesMissing from error
    stop()
    provider = TracerProvider(resource=Resource.create({"service.name": "newsletter"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{collector}/v1/traces")))
    _TRACING.provider, _TRACING.tracer = provider, provider.get_tracer("newsletter")


def stop() -> None:
    """Tell what is left, and trace no more."""
    provider, _TRACING.provider, _TRACING.tracer = _TRACING.provider, None, None
    if provider is not None:
        # It tries again and again where the collector is away.
        ending = threading.Thread(target=provider.shutdown, name="last traces", daemon=True)
        ending.start()
        ending.join(LAST_WORDS)


def span(name: str, **facts: str | int) -> AbstractContextManager[None]:
    """Trace the block that follows under this name; *facts* hold no address and no token of anybody."""
    return _OFF if _TRACING.tracer is None else _traced(_TRACING.tracer, name, facts)


def current() -> str:
    """Give the number of the trace that goes on, for the log; empty without one."""
    if _TRACING.tracer is None:
        return ""
    from opentelemetry.trace import get_current_span  # noqa: PLC0415

    context = get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""


@contextmanager
def _traced(tracer: "Tracer", name: str, facts: dict[str, str | int]) -> Iterator[None]:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415

    # Neither the words nor the frames of an error: an address may stand in them.
    whole = tracer.start_as_current_span(name, attributes=facts, record_exception=False, set_status_on_exception=False)
    with whole as one:
        try:
            yield
        except BaseException as error:
            one.set_status(StatusCode.ERROR, type(error).__name__)
            raise
