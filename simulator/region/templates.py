"""What stands where: the sites of a municipality in the order in which they are fitted out."""

from typing import Final, NamedTuple


class Post(NamedTuple):
    """One point of a site: what its device does, what it is called, and its domain."""

    role: str
    name: str
    domain: str


class SiteTemplate(NamedTuple):
    """A kind of site. `{quarter}`, `{street}` and `{number}` in its name are filled in."""

    name: str
    posts: tuple[Post, ...]
    again: str = ""
    """Its name from the second on, where a municipality has only one of the first kind."""


def _posts(role: str, domain: str, *names: str) -> tuple[Post, ...]:
    return tuple(Post(role, name, domain) for name in names)


CORE: Final = (
    SiteTemplate(
        "Rathaus",
        (
            Post("office_meter", "Stromzähler", "energy"),
            Post("meeting_room", "Sitzungssaal", "buildings"),
            Post("public_water", "Wasserzähler", "water"),
            Post("gas_meter", "Gaszähler", "energy"),
        ),
        again="Bürgerhaus {quarter}",
    ),
    SiteTemplate(
        "Wertstoffinsel {street}",
        (
            Post("glass", "Altglas", "waste"),
            Post("paper", "Altpapier", "waste"),
            Post("textiles", "Altkleider", "waste"),
        ),
    ),
    SiteTemplate("Pegel an der {river}, {quarter}", _posts("river_gauge", "water", "Wasserstand")),
    SiteTemplate("Parkplatz {quarter}", _posts("parking", "mobility", *(f"Stellplatz {n}" for n in range(1, 5)))),
    SiteTemplate(
        "Marktplatz",
        (Post("people", "Passanten", "mobility"), Post("outdoor_climate", "Stadtklima", "environment")),
        again="Platz {quarter}",
    ),
    SiteTemplate(
        "Kläranlage",
        (
            Post("plant_meter", "Stromzähler", "energy"),
            Post("pump", "Pumpe 1", "energy"),
            Post("basin", "Regenbecken", "water"),
        ),
        again="Pumpwerk {quarter}",
    ),
    SiteTemplate("Wohnhaus {street} {number}", _posts("house_water", "water", "Wasserzähler")),
    SiteTemplate(
        "Grundschule {quarter}",
        (
            *_posts("classroom", "buildings", "Klasse 1a", "Klasse 2b"),
            Post("school_meter", "Stromzähler", "energy"),
            Post("room", "Lehrerzimmer", "buildings"),
            Post("public_water", "Wasserzähler", "water"),
        ),
    ),
)

FURTHER: Final = (
    SiteTemplate("Sportplatz {quarter}", _posts("soil", "environment", "Boden Nord", "Boden Süd")),
    SiteTemplate(
        "Bauhof",
        (
            Post("street_lamps", "Straßenbeleuchtung", "energy"),
            Post("socket", "Werkstatt", "energy"),
            Post("cellar", "Heizungskeller", "buildings"),
        ),
        again="Werkhof {quarter}",
    ),
    SiteTemplate(
        "Wertstoffhof {quarter}",
        (
            *_posts("glass", "waste", "Weißglas", "Braunglas"),
            Post("underground", "Unterflurbehälter", "waste"),
            Post("paper", "Altpapier", "waste"),
        ),
    ),
    SiteTemplate(
        "Bücherei {quarter}",
        (
            Post("people", "Eingang", "buildings"),
            Post("meeting_room", "Lesesaal", "buildings"),
            Post("socket", "Kopierer", "energy"),
        ),
    ),
    SiteTemplate("Parkplatz {quarter}", _posts("parking", "mobility", *(f"Stellplatz {n}" for n in range(1, 5)))),
    SiteTemplate("Wohnhaus {street} {number}", _posts("house_water", "water", "Wasserzähler")),
    SiteTemplate("Wohnhaus {street} {number}", _posts("pulse_water", "water", "Wasserzähler")),
    SiteTemplate(
        "Kita {quarter}",
        (
            *_posts("room", "buildings", "Gruppe Igel", "Gruppe Spatz"),
            Post("classroom", "Bewegungsraum", "buildings"),
            Post("pulse_water", "Wasserzähler", "water"),
        ),
    ),
    SiteTemplate("Friedhof {quarter}", (Post("soil", "Boden", "environment"), Post("room", "Kapelle", "buildings"))),
    SiteTemplate("Stadtpark {quarter}", _posts("outdoor_climate", "environment", "Klima Teich", "Klima Wiese")),
)
