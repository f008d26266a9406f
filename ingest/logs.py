"""Logs for machines. Log lines carry ids, never bodies (house.md §1.12).

Every line is one JSON object on standard error (coloured text on a terminal). Text that came from outside
is cut to MAX_TEXT characters and stripped of controls, so that no customer writes our log.
"""

import logging
import sys
import unicodedata
from typing import Any

import orjson
import structlog

MAX_TEXT = 500
MAX_TRACEBACK_LINES = 80


def clean(value: Any) -> Any:
    """`value` fit for a log line: strings cut and without control, format or line-separating characters."""
    match value:
        case str():
            short = value[:MAX_TEXT]
            if short.isascii() and short.isprintable():
                return short if len(value) <= MAX_TEXT else f"{short}…"
            text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in short)
            return text if len(value) <= MAX_TEXT else f"{text}…"
        case dict():
            return {clean(str(key)): clean(item) for key, item in value.items()}
        case list() | tuple():
            return [clean(item) for item in value]
        case _:
            return value


def clean_event(_logger: Any, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """structlog processor. A traceback keeps its line breaks (JSON escapes them); its last lines say most."""
    return {key: _traceback(value) if key == "exception" else clean(value) for key, value in event.items()}


def _traceback(value: Any) -> str:
    return "\n".join(map(clean, str(value).split("\n")[-MAX_TRACEBACK_LINES:]))


def set_up_logging(level: str, style: str) -> None:
    """`style`: json, console, or auto (console on a terminal)."""
    pretty = style == "console" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if pretty:
        # structlog's own choice draws tracebacks with every local variable: customers' words, and our secrets.
        renderer: structlog.typing.Processor = structlog.dev.ConsoleRenderer(
            exception_formatter=structlog.dev.plain_traceback
        )
        factory: Any = structlog.WriteLoggerFactory(file=sys.stderr)
    else:
        renderer = structlog.processors.JSONRenderer(serializer=_dumps)
        factory = structlog.BytesLoggerFactory(file=sys.stderr.buffer)
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, clean_event, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard module; theirs below WARNING is noise on the hot path.
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)r", force=True)
    for noisy in ("mail", "aiosmtpd", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # These would write tokens (in URLs) and customers' words; what they meet is told by the channel that uses them.
    for talkative in ("httpx", "httpcore", "telegram", "aio_pika", "aiormq"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL)
    # Chores report their own failures; the scheduler would report being stopped as an error.
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)


def _dumps(event: Any, **_: Any) -> bytes:
    return orjson.dumps(event, default=str)
