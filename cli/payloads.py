"""Payloads as people paste them."""

import base64
import binascii
import re

import typer

_BETWEEN = re.compile(r"(?:^|(?<=[\s:,;-]))0[xX]|[\s:,;-]")
_NO_DIGIT = re.compile(r"[^0-9a-fA-F]")


def from_hex(text: str, option: str) -> bytes:
    """The bytes of hexadecimal digits; blanks, colons, commas, dashes and 0x between them are passed over.

    Raises:
        typer.BadParameter: they are none; says which digit.
    """
    digits = _BETWEEN.sub("", text)
    if wrong := _NO_DIGIT.search(digits):
        raise typer.BadParameter(
            f"the payload can't be read: {wrong.group()!r} (digit {wrong.start() + 1}) is no hexadecimal digit",
            param_hint=option,
        )
    if len(digits) % 2:
        raise typer.BadParameter(
            f"the payload can't be read: {len(digits)} digits, and a byte has two; one is missing or too many",
            param_hint=option,
        )
    return bytes.fromhex(digits)


def from_base64(text: str, option: str) -> bytes:
    """The bytes of base64 as The Things Stack writes it.

    Raises:
        typer.BadParameter: it is none.
    """
    try:
        return base64.b64decode(text.strip(), validate=True)
    except (ValueError, binascii.Error) as error:
        raise typer.BadParameter(
            f"the payload can't be read: it is no base64 ({error}); copy frm_payload whole, hexadecimal goes to --hex",
            param_hint=option,
        ) from error
