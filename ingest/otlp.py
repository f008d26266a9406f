"""Spans on their way to a collector: OTLP over HTTP, by the SDK of OpenTelemetry (the extra `otel`).

Span ─▶ a queue of MOST ─▶ the SDK's thread ─▶ POST …/v1/traces
          └ full: dropped     └ away, slow, refuses: dropped; the log says so once in a while
"""

import importlib.util
import logging
import time
from collections.abc import Callable, Sequence
from random import getrandbits
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from config.settings import Settings
from domain.errors import N_, ConfigError, Mistake, Position
from ingest.tracing import Point, Span, Spans

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExportResult

log = structlog.get_logger()

MOST = 20_000
TIMEOUT = 5.0
"""Seconds for one post; what is not told within that is not told."""
LAST = 3.0
"""Seconds at the end for what is still to be sent."""
TOLD_AGAIN = 60.0
NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def check_extra(settings: Settings) -> None:
    """Raises ConfigError where traces are asked for and what makes them is not installed."""
    if settings.traces is None or all(map(_is_there, NEEDED)):
        return
    place = settings.traces_place or Position(str(settings.path), 1, 1)
    text = N_("traces need OpenTelemetry, which is not installed: pip install 'balcao[otel]', or leave `traces` out")
    raise ConfigError([Mistake(place, text)])


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def endpoint_of(address: str) -> str:
    """A collector's address alone is given OTLP's own path."""
    return f"{address.rstrip('/')}/v1/traces" if urlsplit(address).path in {"", "/"} else address


def open_spans(settings: Settings, node: str) -> tuple[Spans, Callable[[], None]]:
    """Where spans go, and what sends the rest at the end. Raises ConfigError."""
    check_extra(settings)
    assert settings.traces is not None, "asked for only if it is set"
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # what fails is told below
    resource = Resource({"service.name": "balcao", "service.instance.id": node})
    exporter = OTLPSpanExporter(endpoint=endpoint_of(settings.traces), timeout=TIMEOUT)
    _tell_failures(exporter)
    processor = BatchSpanProcessor(exporter, max_queue_size=MOST, export_timeout_millis=TIMEOUT * 1000)

    readable = _maker(resource)

    def take(span: Span) -> None:
        processor.on_end(readable(span))

    def finish() -> None:
        """A collector that hangs must not hold up the end for long."""
        last = Thread(target=processor.shutdown, name="last spans", daemon=True)
        last.start()
        last.join(LAST)

    return take, finish


def _tell_failures(exporter: object) -> None:
    """Let a failure of this exporter be one line of our log, not one for each batch."""
    from opentelemetry.sdk.trace.export import SpanExportResult  # noqa: PLC0415 - as above

    export = exporter.export  # type: ignore[attr-defined]  # any SpanExporter
    told = float("-inf")

    def telling(spans: "Sequence[ReadableSpan]") -> "SpanExportResult":
        nonlocal told
        try:
            result: SpanExportResult = export(spans)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody waits for these spans
            result, why = SpanExportResult.FAILURE, type(error).__name__
        else:
            why = "the collector does not take them"
        if result is not SpanExportResult.SUCCESS and time.monotonic() - told > TOLD_AGAIN:
            told = time.monotonic()
            log.warning("traces_not_exported", spans=len(spans), error=why)
        return result

    exporter.export = telling  # type: ignore[attr-defined]  # as above


def _maker(resource: "Resource") -> "Callable[[Span], ReadableSpan]":
    """What makes the SDK's spans of ours; whatever is imported or never changes is at hand."""
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415 - as above
    from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags  # noqa: PLC0415 - as above

    kinds = {"accept": SpanKind.SERVER, "dispatch": SpanKind.CLIENT}
    sampled, good = TraceFlags(TraceFlags.SAMPLED), Status()

    def context(point: Point, *, is_remote: bool = False) -> SpanContext:
        return SpanContext(point.trace, point.span, is_remote, sampled)

    def readable(span: Span) -> ReadableSpan:
        root = context(span.root)
        return ReadableSpan(
            name=span.name,
            context=root if span.is_root else context(Point(span.root.trace, getrandbits(64) or 1)),
            parent=None if span.is_root else root,
            resource=resource,
            attributes=span.attributes,
            links=[Link(context(span.link, is_remote=True))] if span.link else (),
            kind=kinds.get(span.name, SpanKind.INTERNAL),
            status=Status(StatusCode.ERROR, span.failure) if span.failure else good,
            start_time=span.begun,
            end_time=span.ended,
        )

    return readable
