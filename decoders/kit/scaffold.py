"""The beginning of a decoder: a table file and its vectors, made from a few frames; red until they pass."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from string import Template
from typing import Final, NamedTuple

from smartregion.errors import Misconfigured
from smartregion.quantities import DOMAINS, QUANTITIES

TODO: Final = "TODO"
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,35}")


class Form(StrEnum):
    """How a payload is made up."""

    FIXED = "fixed"
    """Every byte has its place."""
    ITEMS = "items"
    """Items, each a key and data whose length the key tells."""
    CODE = "code"
    """None of both: a function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is known when a decoder is begun."""

    brand: str
    model: str
    domain: str
    port: int
    frames: Sequence[bytes]
    form: Form = Form.FIXED
    title: str = ""
    source: str = ""

    @property
    def stem(self) -> str:
        """Name of the files."""
        return f"{self.brand}_{self.model}".replace("-", "_")


class Files(NamedTuple):
    """The text of both files."""

    python: str
    vectors: str


def begin(plan: Plan) -> Files:
    """The texts of a decoder that is still to be filled in.

    Raises:
        Misconfigured: no such brand, model, domain or port; no frame.
    """
    _check(plan)
    fill = {
        "brand": plan.brand,
        "model": plan.model,
        "domain": plan.domain,
        "port": str(plan.port),
        "title": _quotable(plan.title) or f"{plan.brand.title()} {plan.model.upper()}",
        "source": _quotable(plan.source) or f"{TODO}: the maker's text, with its section",
        "bytes": _numbered(plan.frames[0]),
        "width": str(len(plan.frames[0])),
        "rest": str(len(plan.frames[0]) - 1),
        "key": plan.frames[0][:1].hex(),
        "words": _vocabulary(plan.domain),
    }
    return Files(_template(plan.form).substitute(fill), _vectors(plan))


def _template(form: Form) -> Template:
    return Template(files("decoders.kit").joinpath(f"{form.value}.txt").read_text("utf-8"))


def _check(plan: Plan) -> None:
    if not _ID.fullmatch(plan.brand) or not _ID.fullmatch(plan.model):
        raise Misconfigured(
            f"{plan.brand}/{plan.model}: write BRAND/MODEL as The Things Stack's device repository does, in small "
            "letters, digits and hyphens"
        )
    if plan.domain not in DOMAINS:
        raise Misconfigured(f"--domain {plan.domain}: it is one of {', '.join(DOMAINS)}")
    if not 1 <= plan.port <= 223:
        raise Misconfigured(f"--port {plan.port}: an application's port is 1 to 223")
    if not plan.frames or not all(plan.frames):
        raise Misconfigured("--from-hex: give at least one frame that is not empty")


def _quotable(text: str) -> str:
    """The text as it may stand between double quotes."""
    return " ".join(text.replace("\\", "/").replace('"', "'").split())


def _numbered(frame: bytes) -> str:
    """The bytes, each under its place; sixteen a line."""
    lines = []
    for start in range(0, len(frame), 16):
        part = frame[start : start + 16]
        lines.append("byte  " + " ".join(f"{start + n:2d}" for n in range(len(part))))
        lines.append("      " + " ".join(f"{each:02x}" for each in part))
    return "\n".join(lines)


def _vocabulary(domain: str) -> str:
    """The quantities of a domain, a comment line each."""
    # How a frame was received is told by the gateways, not by its bytes.
    rows = [row for row in QUANTITIES.values() if domain in row.domains and not row.name.startswith("radio.")]
    width = max(len(row.name) for row in rows)
    return "\n".join(f"# {row.name:{width}}  {row.unit:6}  {row.label_en}" for row in rows)


def _vectors(plan: Plan) -> str:
    lines = [
        f"# What {plan.brand}/{plan.model} must give. Values come from the maker's text or were worked out by hand,",
        "# never from running the decoder. `smartregion decoder test` says what is still missing.",
        f"brand: {plan.brand}",
        "models:",
        f"  {plan.model}:",
    ]
    for number, frame in enumerate(plan.frames, 1):
        lines += [
            f"    - name: {TODO} what frame {number} shows",
            "      source: datasheet",
            f"      fport: {plan.port}",
            f'      hex: "{frame.hex(" ")}"',
            "      readings:",
            f"        - {{quantity: {TODO}, value: 0}}",
        ]
    cut = plan.frames[0][:-1]
    lines += [
        "    - name: cut short",
        "      source: synthetic",
        f"      fport: {plan.port}",
        f'      hex: "{cut.hex(" ")}"',
        f"      error: {_CUT[plan.form] if cut else 'empty'}",
    ]
    return "\n".join(lines) + "\n"


_CUT: Final = {Form.FIXED: "bytes, where the layout has", Form.ITEMS: "cut short", Form.CODE: "cut short"}
