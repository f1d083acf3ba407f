"""Certificates of our own; faketime makes one that has expired."""

import subprocess
from pathlib import Path
from typing import NamedTuple

from tests.real.broker import program

AUTHORITY = "authority.pem"
_NEW = ("-newkey", "rsa:2048", "-nodes", "-keyout")


class Certificate(NamedTuple):
    """Two files."""

    certificate: Path
    key: Path


def valid_and_expired(folder: Path) -> tuple[Certificate, Certificate]:
    """Two for localhost, signed by an authority whose certificate is beside them."""
    _openssl(40, *_NEW, folder / "authority.key", "-subj", "/CN=Authority", "-out", folder / AUTHORITY, days=80)
    valid, expired = given(folder)
    for each, days_ago in ((valid, 0), (expired, 30)):
        signed = ("-CA", folder / AUTHORITY, "-CAkey", folder / "authority.key", "-subj", "/CN=localhost")
        names = ("-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE")
        _openssl(days_ago, *_NEW, each.key, *signed, *names, "-out", each.certificate, days=2)
    return valid, expired


def given(folder: Path) -> tuple[Certificate, Certificate]:
    """Where the two are."""
    valid, expired = (Certificate(folder / f"{name}.pem", folder / f"{name}.key") for name in ("valid", "expired"))
    return valid, expired


def _openssl(days_ago: int, *how: str | Path, days: int) -> None:
    command = [program("faketime"), f"{days_ago} days ago", program("openssl"), "req", "-x509", "-days", days, *how]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
