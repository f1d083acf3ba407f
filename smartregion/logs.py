"""Logs as events: once when a neighbour goes away, once when it is back. Counts are metrics, not log lines."""

import logging
import sys

import structlog

Logger = structlog.typing.FilteringBoundLogger


def configure(level: str = "info", style: str = "text") -> None:
    """Write events to standard error, as lines for a person or as JSON for a collector."""
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=_to_standard_error,
    )


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    # Looked up at each use: whoever redirects standard error later is followed, and never a closed file written to.
    return structlog.PrintLogger(sys.stderr)


def get(name: str) -> Logger:
    """A logger that names the part it speaks for."""
    logger: Logger = structlog.get_logger(part=name)
    return logger
