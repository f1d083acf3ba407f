"""The codecs that the operator installed: checked once, kept with a record of what was checked, loaded from then on.

FOLDER/BRAND/MODEL/codec.js        as it was given, unchanged
                   record.json     licence, sha256, origin, engine …
                   fields.toml     what its output means, if it has no normalizer of its own
                   examples.yaml   frames that prove it
"""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from decoders import field_file
from decoders.field_file import Problem
from decoders.javascript import examples
from decoders.javascript.codec import Codec
from decoders.javascript.examples import Example
from decoders.javascript.limits import Failed
from decoders.javascript.pool import About, Pool
from smartregion.errors import Misconfigured

LARGEST: Final = 512 * 1024
"""Bytes of a codec; of those of the device repository the largest has 101 kB."""
CODEC, RECORD, FIELDS, EXAMPLES = "codec.js", "record.json", "fields.toml", "examples.yaml"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found when it was installed."""

    brand: str
    model: str
    licence: str
    origin: str
    sha256: str
    engine: str
    entry: str
    examples: int
    reuse: bool = False


class Installed(NamedTuple):
    """A codec that was just installed, and what is known of it."""

    codec: Codec
    record: Record
    place: Path


def install(
    folder: Path,
    file: Path,
    *,
    brand: str,
    model: str,
    licence: str,
    pool: Pool,
    mapping: Path | None = None,
    examples_file: Path | None = None,
    reuse: bool = False,
    origin: str = "",
) -> Installed:
    """Check a codec and put it into the folder, in place of one for the same model.

    Raises:
        Misconfigured: with everything that is wrong. Unavailable: the pool is closed.
    """
    wrong = list(_unnamed(brand, model, licence))
    source = _source(file)
    proofs = () if examples_file is None else examples.read(examples_file)
    codec = _codec(brand, model, licence, origin or file.name, source, mapping, reuse=reuse)
    about = _about(codec, pool, file.name)
    if mapping is None and not about.normalizes:
        wrong.append("it has no normalizeUplink, so say what its fields mean: give a mapping file with --mapping")
    wrong += _unlike(codec, pool, proofs, examples_file)
    if wrong:
        raise Misconfigured("\n".join([f"{file.name} was not installed:", *(f"  {each}" for each in wrong)]))
    record = _record(codec, about, len(proofs))
    place = folder / brand / model
    try:
        _keep(place, record, codec, mapping, examples_file)
    except OSError as error:
        raise Misconfigured(f"{error.filename or place} can't be written: {error.strerror}") from error
    return Installed(codec, record, place)


def load(folder: Path) -> tuple[tuple[Codec, ...], tuple[Problem, ...]]:
    """Every installed codec; one that is broken, or was changed since it was checked, is reported instead."""
    codecs: list[Codec] = []
    problems: list[Problem] = []
    for file in sorted(folder.glob(f"*/*/{CODEC}")):
        if file.parent.name.startswith("."):
            continue  # one that is being replaced
        try:
            codecs.append(_load(file.parent))
        except Misconfigured as error:
            problems.append(Problem(str(file.relative_to(folder)), str(error)))
    return tuple(codecs), tuple(problems)


def proofs(folder: Path, codec: Codec) -> tuple[Example, ...]:
    """The examples a codec was installed with. Raises Misconfigured when they are broken."""
    file = folder / codec.brand / codec.model / EXAMPLES
    return examples.read(file) if file.exists() else ()


def _load(place: Path) -> Codec:
    try:
        record = msgspec.json.decode((place / RECORD).read_bytes(), type=Record)
    except FileNotFoundError:
        raise Misconfigured("it was never checked; install it with `smartregion decoder install`") from None
    except (OSError, msgspec.DecodeError) as error:
        raise Misconfigured(f"its record can't be read ({error}); install it again") from error
    source = _source(place / CODEC)
    if hashlib.sha256(source.encode()).hexdigest() != record.sha256:
        raise Misconfigured("it was changed since it was checked; install it again with `smartregion decoder install`")
    if (record.brand, record.model) != (place.parent.name, place.name):
        raise Misconfigured(f"its record is one of {record.brand}/{record.model}; install it again")
    mapping = place / FIELDS if (place / FIELDS).exists() else None
    return _codec(record.brand, record.model, record.licence, record.origin, source, mapping, reuse=record.reuse)


def _unnamed(brand: str, model: str, licence: str) -> list[str]:
    wrong = [
        f"{what} is {name!r}; write it as The Things Stack does: lower-case letters, digits and dashes"
        for what, name in (("the brand", brand), ("the model", model))
        if not _NAME.fullmatch(name)
    ]
    if not licence.strip():
        wrong.append("its licence is missing; look it up where the codec is from, or say that there is none")
    return wrong


def _source(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise Misconfigured(f"{file} can't be read: {error.strerror}; give the codec's own file") from error
    if len(raw) > LARGEST:
        raise Misconfigured(f"{file.name} is too large, a codec may have {LARGEST} bytes; is it the right file?")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file.name} is no UTF-8 text: {error}") from error


def _unlike(codec: Codec, pool: Pool, proofs: tuple[Example, ...], examples_file: Path | None) -> list[str]:
    found = list(examples.differences(codec, pool, proofs))
    if found and examples_file is not None:
        found.append(
            f"each is what the codec gives, not what {examples_file.name} says; find out which of the two is wrong"
        )
    return found


def _about(codec: Codec, pool: Pool, name: str) -> About:
    try:
        return pool.load(codec.script)
    except Failed as error:
        raise Misconfigured(f"{name} was not installed: it does not load: {error}") from error


def _codec(
    brand: str, model: str, licence: str, origin: str, source: str, mapping: Path | None, *, reuse: bool
) -> Codec:
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    fields = None if mapping is None else field_file.read(mapping)
    meaning = "" if mapping is None else "+" + hashlib.sha256(mapping.read_bytes()).hexdigest()[:8]
    return Codec(
        brand=brand,
        model=model,
        source=source,
        sha256=sha256,
        licence=licence.strip(),
        fields=fields,
        reuse=reuse,
        origin=origin,
        version=sha256[:12] + meaning,
    )


def _record(codec: Codec, about: About, count: int) -> Record:
    return Record(
        brand=codec.brand,
        model=codec.model,
        licence=codec.licence,
        origin=codec.origin,
        sha256=codec.sha256,
        engine=about.engine,
        entry=about.entry,
        examples=count,
        reuse=codec.reuse,
    )


def _keep(place: Path, record: Record, codec: Codec, mapping: Path | None, examples_file: Path | None) -> None:
    """Write everything aside and then put it in its place at once: a running service may look at any moment."""
    texts = {
        CODEC: codec.source.encode(),
        FIELDS: None if mapping is None else mapping.read_bytes(),
        EXAMPLES: None if examples_file is None else examples_file.read_bytes(),
        RECORD: msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n",
    }
    fresh, stale = place.with_name(f".{place.name}.new"), place.with_name(f".{place.name}.old")
    for folder in (fresh, stale):
        shutil.rmtree(folder, ignore_errors=True)
    if place.exists():
        # What else lies there, vectors for one, is the operator's.
        shutil.copytree(place, fresh, ignore=shutil.ignore_patterns(*texts))
    fresh.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        if text is not None:
            (fresh / name).write_bytes(text)
    if place.exists():
        place.rename(stale)
    fresh.rename(place)
    shutil.rmtree(stale, ignore_errors=True)
