"""Examples of a codec as the device repository writes them, and whether the codec gives what they say.

    uplinkDecoder:
      examples:
        - description: one reading
          input: {fPort: 1, bytes: [1, 2], recvTime: "2026-06-01T12:00:00Z"}
          output: {data: {t: 25.8}}
          normalizedOutput: {data: [{air: {temperature: 25.8}}]}

They are YAML 1.2: `off` is a text there, and 010 is ten. PyYAML's own loaders read YAML 1.1.
"""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from decoders.decoder import Frame
from decoders.javascript.codec import Codec, Output, run
from decoders.javascript.limits import Failed, Kind
from decoders.javascript.pool import Pool
from smartregion import timestamps
from smartregion.errors import Misconfigured

RECEIVED: Final = "2026-06-01T12:00:00Z"
"""Where an example does not say when."""
_ALMOST: Final = 1e-9
"""Engines differ in the last digits of Math.pow."""


class _Core(yaml.SafeLoader):
    """The core schema of YAML 1.2 (10.3.2)."""


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


_Core.yaml_implicit_resolvers = {}
for _tag, _text in {
    "null": r"|~|null|Null|NULL",
    "bool": "true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}.items():
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_text})$"), None)
_Core.add_constructor("tag:yaml.org,2002:int", _whole)


class Example(NamedTuple):
    """One frame and what must come of it."""

    name: str
    frame: Frame
    data: object
    normalized: object
    warnings: tuple[str, ...]
    fails: bool
    """The codec is to report an error; what it says is not compared."""


def parse(text: str, where: str) -> tuple[Example, ...]:
    """The examples of a codec file of the device repository.

    Raises:
        Misconfigured: it is no such file.
    """
    try:
        file = yaml.load(text, _Core)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError) as error:
        raise Misconfigured(f"{where} is not valid YAML: {' '.join(str(error).split())}") from error
    decoder = file.get("uplinkDecoder") if isinstance(file, dict) else None
    examples = decoder.get("examples", []) if isinstance(decoder, dict) else None
    if not isinstance(examples, list):
        raise Misconfigured(f"{where} has no uplinkDecoder with a list of examples; give the codec's own YAML file")
    return tuple(_example(entry, n, where) for n, entry in enumerate(examples, 1))


def read(file: Path) -> tuple[Example, ...]:
    """The examples in a file. Raises Misconfigured, also when it can't be read."""
    try:
        return parse(file.read_text("utf-8"), file.name)
    except OSError as error:
        raise Misconfigured(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file} is no UTF-8 text: {error}") from error


def differences(codec: Codec, pool: Pool, examples: tuple[Example, ...]) -> Iterator[str]:
    """Where the codec does not give what the examples say; nothing: it does."""
    for example in examples:
        wanted = example.normalized is not None
        try:
            output = run(codec, pool, example.frame, normalized=wanted)
        except Failed as error:
            if not (example.fails and error.kind is Kind.REPORTED):
                yield f"{example.name}: {error}"
        else:
            yield from (f"{example.name}: {words}" for words in _compared(example, output))


def _compared(example: Example, output: Output) -> Iterator[str]:
    if example.fails:
        yield "it is to report an error, and gives data"
        return
    yield from _unlike(example.data, output.data, "data")
    yield from _unlike(list(example.warnings), list(output.warnings), "warnings")
    if example.normalized is not None:
        yield from _unlike(_listed(example.normalized), _listed(output.normalized), "normalized")


def _unlike(wanted: object, got: object, at: str) -> Iterator[str]:
    """Every place in which two JSON values differ."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        for name in {**wanted, **got}:
            yield from _unlike(wanted.get(name, ...), got.get(name, ...), f"{at}.{name}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for n, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from _unlike(one, other, f"{at}[{n}]")
    elif not _same(wanted, got):
        yield f"{at} is {_shown(got)}, not {_shown(wanted)}"


def _same(wanted: object, got: object) -> bool:
    one, other = _number(wanted), _number(got)
    if one is not None and other is not None:
        return math.isclose(one, other, rel_tol=_ALMOST)
    return type(wanted) is type(got) and wanted == got


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _shown(value: object) -> str:
    return "missing" if value is ... else repr(value)[:100]


def _listed(normalized: object) -> list[object]:
    return normalized if isinstance(normalized, list) else [normalized]


def _example(given: Mapping[str, Any], n: int, where: str) -> Example:
    try:
        output = given["output"]
        normalized = given.get("normalizedOutput")
        return Example(
            name=str(given.get("description", f"example {n}")),
            frame=_frame(given["input"]),
            data=output.get("data"),
            normalized=None if normalized is None else normalized["data"],
            warnings=tuple(output.get("warnings") or ()),
            fails=bool(output.get("errors")),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        words = f"{where}: example {n} is not written as the device repository wants it"
        raise Misconfigured(f"{words}: {type(error).__name__}: {error}") from error


def _frame(given: Mapping[str, Any]) -> Frame:
    return Frame(int(given["fPort"]), bytes(given["bytes"]), timestamps.parse(given.get("recvTime", RECEIVED)))
