"""Invented names. None of the municipalities exists, and their keys (AGS) belong to no state."""

import re
from typing import Final

COUNTY: Final = "Kreis Musterland"
TTN_TENANT: Final = "kreis-musterland"
RIVER: Final = "Musel"

MUNICIPALITIES: Final = ("Musterstadt", "Beispielhausen", "Probenfeld", "Altenmuster", "Exempelbach", "Modellingen")

QUARTERS: Final = (
    *("Mitte", "Nord", "Süd", "Lindenhof", "Mühlenau", "Rosengarten", "Kirchberg", "Birkenhain", "Weststadt"),
    *("Bachtal", "Sonnenhang", "Eichgrund", "Hofwiese", "Steinbruch", "Obergasse", "Unterdorf", "Kapellenberg"),
    *("Ziegelei", "Bahnhof", "Schafbrücke", "Heidefeld", "Weinberg", "Kastanienallee", "Gartenstadt", "Hammergrund"),
)
STREETS: Final = (
    *("Lindenweg", "Amselweg", "Mühlgasse", "Am Anger", "Schulstraße", "Gartenstraße", "Bachstraße", "Bergweg"),
    *("Ahornring", "Birkenallee", "Feldweg", "Kirchgasse", "Ringstraße", "Rosenweg", "Talstraße", "Wiesengrund"),
)
GATEWAY_SITES: Final = ("rathaus", "wasserturm", "feuerwehr")

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"})


def slug(text: str) -> str:
    """The text as an id: lower case letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.translate(_UMLAUTS).lower()).strip("-")
