"""The mapping file: one TOML file declares what the fields of a decoded payload mean.

brand = "acme"                       # only where The Things Stack decodes: whose devices they are
models = ["flow-7"]
time = "measured_at"                 # optional: RFC 3339, or seconds or milliseconds since 1970

[[fields]]
field = "meter.register[0]"          # history[*].v reads each of a list
quantity = "water.volume_total"
unit = "m3"                          # UCUM; the quantity's own by default
factor = 0.1                         # value = field * factor + offset, in that unit
offset = 0
missing = [4294967295, "n/a"]        # stand for "no value"
modulus = 100000                     # a counter's register starts again there, in that unit
attributes = {direction = "in"}
labels = {channel = "meter.port"}    # attributes that stand in the payload
words = {open = 1, closed = 0}       # texts of a state, in the quantity's unit
time = "history[*].at"               # instead of the file's
"""

import tomllib
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo

from decoders import paths, units
from decoders.fields import Field as Row
from decoders.fields import FieldMapping
from smartregion import mistakes
from smartregion.errors import Misconfigured
from smartregion.quantities import DOMAINS, QUANTITIES, Kind

SUFFIX: Final = ".fields.toml"


class Problem(NamedTuple):
    """A file that was left out, and why."""

    place: str
    words: str


def _known_path(text: str) -> str:
    paths.parse(text)
    return text


def _known_quantity(name: str) -> str:
    if name not in QUANTITIES:
        near = ", ".join(each for each in QUANTITIES if each.split(".")[0] == name.split(".")[0])
        raise ValueError(f"is {name!r}, no quantity of the vocabulary; " + (f"one of {near}" if near else _MEDIA))
    return name


def _fitting_unit(unit: str, info: ValidationInfo) -> str:
    row = QUANTITIES.get(info.data.get("quantity", ""))
    if unit and row and units.conversion(unit, row.unit) is None:
        fitting = ", ".join(units.convertible(row.unit))
        raise ValueError(f"is {unit!r}, which can't become {row.unit} of {row.name}; one of {fitting} (UCUM codes)")
    return unit


def _only_counters(modulus: float | None, info: ValidationInfo) -> float | None:
    row = QUANTITIES.get(info.data.get("quantity", ""))
    if modulus is not None and row and row.kind is not Kind.COUNTER:
        raise ValueError(f"is for counters, and {row.name} is none; take it out")
    return modulus


def _known_domain(name: str) -> str:
    if name and name not in DOMAINS:
        raise ValueError(f"is {name!r}; one of {', '.join(DOMAINS)}")
    return name


_MEDIA: Final = "they begin with " + ", ".join(dict.fromkeys(f"{name.split('.')[0]}." for name in QUANTITIES))
_Path = Annotated[str, AfterValidator(_known_path)]
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
_Words = Annotated[str, Field(min_length=1, max_length=100)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Entry(_Strict):
    field: _Path
    quantity: Annotated[str, AfterValidator(_known_quantity)]
    unit: Annotated[str, AfterValidator(_fitting_unit)] = ""
    factor: _Finite = 1.0
    offset: _Finite = 0.0
    modulus: Annotated[_Finite | None, Field(gt=0), AfterValidator(_only_counters)] = None
    attributes: dict[_Name, _Words] = {}
    labels: dict[_Name, _Path] = {}
    words: dict[_Words, _Finite] = {}
    missing: tuple[int | float | str, ...] = ()
    time: _Path | None = None


class _File(_Strict):
    brand: str = ""
    models: tuple[_Words, ...] = ()
    title: str = ""
    domain: Annotated[str, AfterValidator(_known_domain)] = ""
    time: _Path | None = None
    fields: Annotated[tuple[_Entry, ...], Field(min_length=1)]


def parse(text: str, where: str) -> FieldMapping:
    """Read a mapping file's text.

    Raises:
        Misconfigured: with every mistake at once, each with its line, its place and what to do.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{where} is not valid TOML: {error}") from error
    try:
        file = _File.model_validate(raw)
    except ValidationError as error:
        raise Misconfigured(mistakes.report(text, where, list(mistakes.found(error, {})))) from error
    rows = tuple(_row(each, file.time) for each in file.fields)
    return FieldMapping(rows, file.brand.lower(), tuple(each.lower() for each in file.models), file.title, file.domain)


def read(file: Path) -> FieldMapping:
    """Read a mapping file. Raises Misconfigured, also when there is none."""
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise Misconfigured(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file} is no UTF-8 text: {error}") from error
    return parse(text, file.name)


def load(folder: Path) -> tuple[tuple[FieldMapping, ...], tuple[Problem, ...]]:
    """The mappings of a folder for payloads that The Things Stack decodes; those in error are reported instead."""
    mappings: list[FieldMapping] = []
    problems: list[Problem] = []
    for file in sorted(folder.glob("*" + SUFFIX)):
        try:
            mapping = read(file)
        except Misconfigured as error:
            problems.append(Problem(file.name, str(error)))
            continue
        if mapping.brand and mapping.models:
            mappings.append(mapping)
        else:
            problems.append(Problem(file.name, "brand and models are missing; name the devices whose payload it reads"))
    return tuple(mappings), tuple(problems)


def _row(entry: _Entry, time: str | None) -> Row:
    conversion = units.conversion(entry.unit or QUANTITIES[entry.quantity].unit, QUANTITIES[entry.quantity].unit)
    if conversion is None:
        raise AssertionError("checked by _fitting_unit")
    stated = entry.time or time
    return Row(
        path=paths.parse(entry.field),
        quantity=entry.quantity,
        factor=entry.factor,
        offset=entry.offset,
        conversion=conversion,
        attributes=tuple(sorted(entry.attributes.items())),
        labels=tuple((name, paths.parse(path)) for name, path in sorted(entry.labels.items())),
        words={text.strip().lower(): value for text, value in entry.words.items()},
        missing=frozenset(_plain(each) for each in entry.missing),
        time=None if stated is None else paths.parse(stated),
        modulus=None if entry.modulus is None else conversion(entry.modulus),
    )


def _plain(value: float | str) -> str:
    """A sentinel as `Field.value` compares it."""
    if isinstance(value, str):
        return value.strip().lower()
    return f"{value:.0f}" if float(value).is_integer() else repr(value)
