"""Every word the pages say, German first, English second. A test holds both columns complete."""

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["de", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("de", "en")
DOMAINS: Final = ("energy", "water", "waste", "mobility", "environment", "buildings")

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    # frame
    "skip": ("Zum Inhalt springen", "Skip to content"),
    "nav.main": ("Hauptnavigation", "Main navigation"),
    "nav.domains": ("Fachbereiche", "Domains"),
    "nav.overview": ("Übersicht", "Overview"),
    "nav.map": ("Karte", "Map"),
    "nav.points": ("Messstellen", "Points"),
    "nav.quarantine": ("Quarantäne", "Quarantine"),
    "nav.about": ("Über diese Seite", "About"),
    "nav.api": ("Schnittstelle (API)", "API"),
    "language": ("Sprache", "Language"),
    "language.de": ("Deutsch", "German"),
    "language.en": ("Englisch", "English"),
    "footer.times": ("Zeiten in {zone}", "Times in {zone}"),
    "live.on": ("Live", "Live"),
    "live.off": ("Verbindung wird wiederhergestellt …", "Reconnecting …"),
    "live.wait": ("Verbinde …", "Connecting …"),
    "live.label": ("Zustand der Live-Verbindung", "State of the live connection"),
    "vendor.missing": (
        (
            "Diagramme und Karte fehlen noch: auf dem Server einmal „python -m console.build“ ausführen. "
            "Alle Zahlen stehen auch in den Tabellen."
        ),
        (
            "Charts and map are not there yet: run “python -m console.build” once on the server. "
            "All figures are in the tables, too."
        ),
    ),
    "noscript": (
        "Ohne JavaScript fehlen Diagramme, Karte und Live-Werte. Alle Tabellen funktionieren.",
        "Without JavaScript there are no charts, no map and no live values. All tables work.",
    ),
    # domains
    "domain.energy": ("Energie", "Energy"),
    "domain.water": ("Wasser", "Water"),
    "domain.waste": ("Abfall", "Waste"),
    "domain.mobility": ("Mobilität", "Mobility"),
    "domain.environment": ("Umwelt", "Environment"),
    "domain.buildings": ("Gebäude", "Buildings"),
    "domain.": ("Ohne Fachbereich", "No domain"),
    "domain.energy.lead": (
        "Verbrauch nach Gemeinde, aus den Zählerständen gerechnet.",
        "Consumption by municipality, worked out from the meter registers.",
    ),
    "domain.water.lead": (
        "Verbrauch, Hinweise auf Lecks in der Nacht, Pegel und Bodenfeuchte.",
        "Consumption, hints of leaks at night, levels and soil moisture.",
    ),
    "domain.waste.lead": (
        "Was als Nächstes geleert werden sollte, steht oben.",
        "What should be emptied next stands on top.",
    ),
    "domain.mobility.lead": (
        "Parkplätze, Zählstellen und ihre Auslastung.",
        "Parking spaces, counting stations and how busy they are.",
    ),
    "domain.environment.lead": ("Luft, Boden und Wetter im Freien.", "Air, soil and weather outdoors."),
    "domain.buildings.lead": (
        "Raumklima: Temperatur, Feuchte und CO₂ mit Bewertung.",
        "Indoor climate: temperature, humidity and CO₂ with a rating.",
    ),
    # overview
    "overview.title": ("Übersicht", "Overview"),
    "overview.size": (
        "{points} Messstellen · {devices} Geräte · {tenants} Gemeinden",
        "{points} points · {devices} devices · {tenants} municipalities",
    ),
    "overview.today": ("Nachrichten heute", "Messages today"),
    "overview.all": ("insgesamt {n}", "{n} in all"),
    "overview.balance": ("Bilanz", "Balance"),
    "overview.balance.why": (
        "Jede empfangene Nachricht steht in genau einem Zustand. Die Bilanz muss aufgehen.",
        "Every message received is in exactly one state. The balance has to be right.",
    ),
    "overview.balanced": ("geht auf", "balanced"),
    "overview.unbalanced": ("geht nicht auf", "does not balance"),
    "overview.rate": ("Nachrichten pro Minute", "Messages per minute"),
    "overview.rate.empty": (
        "Noch keine Nachrichten, seit dieser Dienst läuft. Die Kurve wächst mit jeder Minute.",
        "No messages since this service started. The curve grows with every minute.",
    ),
    "overview.domains": ("Auf einen Blick", "At a glance"),
    "overview.silent": ("Stille Messstellen", "Silent points"),
    "overview.silent.none": ("Alle Messstellen melden sich.", "All points report."),
    "overview.silent.more": ("Alle {n} stillen Messstellen", "All {n} silent points"),
    "overview.ledger": ("Bilanz je Anwendung und Tag", "Balance per application and day"),
    "overview.ledger.empty": (
        "Noch keine Nachricht empfangen. Prüfen Sie mit „smartregion source test“, ob die Anwendungen erreichbar sind.",
        "No message received yet. Check with “smartregion source test” whether the applications can be reached.",
    ),
    "ledger.application": ("Anwendung", "Application"),
    "ledger.day": ("Tag", "Day"),
    "state.received": ("Empfangen", "Received"),
    "state.stored": ("Gespeichert", "Stored"),
    "state.ignored": ("Ohne Messwert", "Ignored"),
    "state.quarantined": ("In Quarantäne", "Quarantined"),
    "state.queued": ("In Arbeit", "Queued"),
    "state.duplicate": ("Doppelt", "Duplicate"),
    # back-fill
    "backfill.title": ("Verlauf wird nachgeholt", "Back-fill is running"),
    "backfill.done": ("Verlauf vollständig", "History complete"),
    "backfill.steps": ("{done} von {total}", "{done} of {total}"),
    # empty states
    "empty.data": ("Noch keine Daten.", "No data yet."),
    "empty.backfill": (
        "Noch keine Daten, der Verlauf wird nachgeholt: {done} von {total}.",
        "No data yet, back-fill running: {done} of {total}.",
    ),
    "empty.points": (
        "Noch keine Messstelle. Jedes Gerät, das sich meldet, erscheint hier von selbst.",
        "No points yet. Every device that reports appears here by itself.",
    ),
    "empty.filter": ("Nichts passt zu diesem Filter.", "Nothing matches this filter."),
    # tables
    "col.point": ("Messstelle", "Point"),
    "col.said": ("Meldung", "What was said"),
    "col.cause": ("Ursache", "Cause"),
    "col.application": ("Anwendung", "Application"),
    "col.messages": ("Nachrichten", "Messages"),
    "col.first": ("Zuerst", "First"),
    "col.last": ("Zuletzt", "Last"),
    "col.tenant": ("Gemeinde", "Municipality"),
    "col.domain": ("Fachbereich", "Domain"),
    "col.latest": ("Letzter Wert", "Latest value"),
    "col.seen": ("Zuletzt gemeldet", "Last reported"),
    "col.status": ("Status", "Status"),
    "col.quantity": ("Größe", "Quantity"),
    "col.value": ("Wert", "Value"),
    "col.age": ("Alter", "Age"),
    "col.time": ("Zeit", "Time"),
    "col.device": ("Gerät", "Device"),
    "col.from": ("Von", "From"),
    "col.until": ("Bis", "Until"),
    "col.interval": ("Sonst alle", "Usually every"),
    "col.parameters": ("Angaben", "Parameters"),
    "col.today": ("Heute", "Today"),
    "col.yesterday": ("Gestern", "Yesterday"),
    "col.month": ("Dieser Monat", "This month"),
    "col.coverage": ("Abdeckung", "Coverage"),
    "col.points": ("Messstellen", "Points"),
    "col.fill": ("Füllstand", "Fill level"),
    "col.distance": ("Abstand", "Distance"),
    "col.temperature": ("Temperatur", "Temperature"),
    "col.humidity": ("Feuchte", "Humidity"),
    "col.co2": ("CO₂", "CO₂"),
    "col.rating": ("Bewertung", "Rating"),
    "col.occupancy": ("Belegung", "Occupancy"),
    "col.share": ("Anteil belegt", "Share occupied"),
    "col.spaces": ("Plätze", "Spaces"),
    "col.night": ("Nachts, je Stunde", "At night, per hour"),
    "coverage.label": ("Abdeckung", "Coverage"),
    "coverage.unknown": ("unbekannt", "unknown"),
    "coverage.why": (
        "Abdeckung: Anteil der erwarteten Meldungen, die vorliegen.",
        "Coverage: the share of expected reports that are there.",
    ),
    "status.active": ("meldet sich", "reporting"),
    "status.silent": ("still", "silent"),
    "status.retired": ("außer Dienst", "out of service"),
    "status.new": ("noch ohne Meldung", "no report yet"),
    "stale": ("veraltet", "stale"),
    # points
    "points.title": ("Messstellen", "Points"),
    "points.filter": ("Filter", "Filter"),
    "points.search": ("Suche", "Search"),
    "points.search.hint": ("Name oder Kennung", "Name or id"),
    "points.all": ("alle", "all"),
    "points.apply": ("Anzeigen", "Show"),
    "points.count": ("{shown} von {total} Messstellen", "{shown} of {total} points"),
    "points.previous": ("Zurück", "Previous"),
    "points.next": ("Weiter", "Next"),
    "points.pages": ("Seiten", "Pages"),
    "points.page": ("Seite {page} von {pages}", "Page {page} of {pages}"),
    # point
    "point.about": ("Angaben", "Details"),
    "point.id": ("Kennung", "Id"),
    "point.site": ("Ort", "Site"),
    "point.place": ("Lage", "Position"),
    "point.place.none": ("nicht eingetragen", "not entered"),
    "point.profile": ("Gerätetyp", "Device type"),
    "point.eui": ("DevEUI", "DevEUI"),
    "point.assignments": ("Geräte an dieser Messstelle", "Devices at this point"),
    "point.latest": ("Letzte Messwerte", "Latest readings"),
    "point.chart": ("Verlauf", "History"),
    "point.range": ("Zeitraum", "Range"),
    "point.coverage": ("Abdeckung im Zeitraum", "Coverage of this range"),
    "point.total": ("Verbrauch im Zeitraum", "Consumption in this range"),
    "point.chart.empty": ("Keine Messwerte in diesem Zeitraum.", "No readings in this range."),
    "point.chart.failed": (
        "Der Verlauf konnte nicht geladen werden. Neuer Versuch mit einem anderen Zeitraum oder beim nächsten Wert.",
        "The history could not be loaded. It is tried again with another range or with the next value.",
    ),
    "point.chart.loading": ("Wird geladen …", "Loading …"),
    "point.csv": ("Als CSV herunterladen", "Download as CSV"),
    "point.per_hour": ("je Stunde", "per hour"),
    "point.per_day": ("je Tag", "per day"),
    "point.share_day": ("Anteil des Tages", "share of the day"),
    "point.mean_hour": ("Stundenmittel", "hourly mean"),
    "point.messages": ("Rohnachrichten", "Raw messages"),
    "point.messages.lead": (
        "Wie empfangen, neueste zuerst, höchstens sieben Tage zurück.",
        "As received, newest first, at most seven days back.",
    ),
    "point.messages.none": ("Keine Rohnachricht vorhanden.", "No raw message there."),
    "point.hex": ("Nutzdaten (hex)", "Payload (hex)"),
    "point.json": ("Nachricht (JSON)", "Message (JSON)"),
    "range.24h": ("24 Stunden", "24 hours"),
    "range.7d": ("7 Tage", "7 days"),
    "range.14d": ("14 Tage", "14 days"),
    "range.30d": ("30 Tage", "30 days"),
    # quarantine
    "quarantine.title": ("Quarantäne", "Quarantine"),
    "quarantine.lead": (
        (
            "Nachrichten, aus denen keine Messwerte werden konnten. Sie sind vollständig aufgehoben, mit ihrem Grund, "
            "und halten nichts auf. Ist der Grund behoben, werden sie erneut versucht."
        ),
        (
            "Messages that no readings could be made of. They are kept whole, with the cause, and hold nothing up. "
            "Once the cause is mended they are tried again."
        ),
    ),
    "quarantine.count": ("{n} Nachrichten", "{n} messages"),
    "quarantine.count.one": ("1 Nachricht", "1 message"),
    "quarantine.empty": (
        "Nichts in Quarantäne: Jede Nachricht konnte verwendet werden.",
        "Nothing in quarantine: every message could be used.",
    ),
    "quarantine.search.hint": ("Gerät, Meldung, Inhalt", "Device, what was said, content"),
    "quarantine.groups": ("Gleichartige Nachrichten", "Messages that are alike"),
    "quarantine.groups.lead": (
        "Zahlen, Kennungen und Zeiten sind durch … ersetzt.",
        "Numbers, ids and times are replaced by ….",
    ),
    "quarantine.more": ("{n} weitere Gruppen passen; bitte enger filtern.", "{n} more groups fit; narrow the filter."),
    "quarantine.nothing_said": ("ohne Meldung", "nothing was said"),
    "quarantine.todo": ("Was jetzt?", "What to do?"),
    "quarantine.todo.lead": (
        "Auf dem Server eingeben; von hier aus lässt sich nichts ändern.",
        "To be typed on the server; nothing can be changed from here.",
    ),
    "quarantine.retry": ("Erneut versuchen", "Try again"),
    "quarantine.discard": ("Verwerfen, mit Grund", "Discard, with a reason"),
    "quarantine.said": ("Meldung", "What was said"),
    "quarantine.decoder": ("Decoder", "Decoder"),
    "quarantine.frame": ("Zeit des Telegramms", "Time of the frame"),
    "quarantine.arrived": ("Eingegangen", "Arrived"),
    "quarantine.port": ("Port {port}", "port {port}"),
    "quarantine.key": ("Schlüssel", "Key"),
    "quarantine.span": ("zuerst {first}, zuletzt {last}", "first {first}, last {last}"),
    "quarantine.back": ("Alles in Quarantäne", "All in quarantine"),
    "quarantine.alike": ("Gleichartige Nachrichten zeigen", "Show messages that are alike"),
    "quarantine.messages": ("Nachrichten", "Messages"),
    "quarantine.message": ("Nachricht", "Message"),
    "cause.malformed": ("keine lesbare Nachricht", "malformed"),
    "cause.implausible time": ("unglaubwürdige Zeit", "implausible time"),
    "cause.unknown application": ("unbekannte Anwendung", "unknown application"),
    "cause.no decoder": ("kein Decoder", "no decoder"),
    "cause.decoder failed": ("Decoder gescheitert", "decoder failed"),
    "cause.refused by the store": ("vom Speicher abgelehnt", "refused by the store"),
    # map
    "map.title": ("Karte", "Map"),
    "map.lead": (
        "Aus den eigenen Daten gezeichnet, ohne fremde Kartendienste.",
        "Drawn from our own data, without outside map services.",
    ),
    "map.legend": ("Zeigen", "Show"),
    "map.silent": ("still", "silent"),
    "map.placed": ("{placed} von {total} Messstellen mit Lage", "{placed} of {total} points with a position"),
    "map.empty": (
        "Noch keine Messstelle hat eine Lage. Sie kommt aus der Geräteverwaltung oder wird an der Messstelle gesetzt.",
        "No point has a position yet. It comes from the device registry or is set at the point.",
    ),
    "map.open": ("Zur Messstelle", "Open point"),
    "map.list": ("Als Liste zeigen", "Show as a list"),
    "map.failed": ("Die Kartendaten konnten nicht geladen werden.", "The map data could not be loaded."),
    "map.zoom_in": ("Vergrößern", "Zoom in"),
    "map.zoom_out": ("Verkleinern", "Zoom out"),
    # domain pages
    "use.energy.active_import_total": ("Stromverbrauch", "Electricity consumption"),
    "use.heat.energy_total": ("Wärmeverbrauch", "Heat consumption"),
    "use.gas.volume_total": ("Gasverbrauch", "Gas consumption"),
    "use.water.volume_total": ("Wasserverbrauch", "Water consumption"),
    "energy.power": ("Leistung im Augenblick", "Power at the moment"),
    "water.night": ("Verbrauch in der Nacht", "Consumption at night"),
    "water.night.lead": (
        (
            "Mittlerer Verbrauch je Stunde zwischen 2 und 4 Uhr, letzte Nacht. Deutlich mehr als eine Woche zuvor "
            "kann ein Leck sein; „läuft durch“: keine Stunde ohne Verbrauch."
        ),
        ("Mean consumption per hour between 2 and 4 o’clock, last night. Much more than a week before may be a leak."),
    ),
    "water.night.steady": ("läuft durch", "never stops"),
    "water.night.leak": ("Leck möglich", "Possible leak"),
    "water.night.fine": ("unauffällig", "inconspicuous"),
    "water.levels": ("Pegel, Druck und Boden", "Levels, pressure and soil"),
    "waste.containers": ("Behälter", "Containers"),
    "waste.full": ("voll", "full"),
    "waste.soon": ("bald voll", "nearly full"),
    "waste.fine": ("Platz", "room left"),
    "waste.mounting": (
        "Ohne Angaben zum Behälter zeigt ein Sensor nur den Abstand bis zum Inhalt; je kleiner, desto voller.",
        "Without the container’s measures a sensor shows only the distance to its content; the smaller, the fuller.",
    ),
    "mobility.parking": ("Parkplätze", "Parking spaces"),
    "mobility.by_tenant": ("Belegung nach Gemeinde", "Occupancy by municipality"),
    "mobility.occupied": ("belegt", "occupied"),
    "mobility.free": ("frei", "free"),
    "mobility.summary": ("{occupied} von {total} Plätzen belegt", "{occupied} of {total} spaces occupied"),
    "mobility.counts": ("Zählstellen", "Counting stations"),
    "climate.outdoors": ("Draußen", "Outdoors"),
    "climate.rooms": ("Räume", "Rooms"),
    "climate.good": ("gut", "good"),
    "climate.fair": ("lüften", "air the room"),
    "climate.poor": ("sofort lüften", "air the room now"),
    "climate.rating.why": (
        (
            "Bewertung nach CO₂: unter 1.000 ppm gut, bis 2.000 ppm lüften, darüber sofort lüften "
            "(Leitwerte des Umweltbundesamts)."
        ),
        (
            "Rating by CO₂: below 1,000 ppm good, up to 2,000 ppm air the room, above that now "
            "(guide values of the German Environment Agency)."
        ),
    ),
    "trend.energy": ("Stromverbrauch je Tag", "Electricity consumption per day"),
    "trend.water": ("Wasserverbrauch je Tag", "Water consumption per day"),
    "trend.mobility": ("Belegte Parkplätze, Anteil je Stunde", "Occupied parking spaces, share per hour"),
    "trend.environment": ("Lufttemperatur, Stundenmittel aller Orte", "Air temperature, hourly mean of all places"),
    "trend.buildings": ("CO₂-Gehalt, Stundenmittel aller Räume", "CO₂, hourly mean of all rooms"),
    "domain.other": ("Weitere Messstellen", "Other points"),
    "domain.none": ("Noch keine Messstelle in diesem Fachbereich.", "No point in this domain yet."),
    # headline figures
    "figure.energy": ("Verbrauch heute", "consumption today"),
    "figure.water": ("Verbrauch heute", "consumption today"),
    "figure.waste": ("Behälter voll", "containers full"),
    "figure.mobility": ("Parkplätze belegt", "spaces occupied"),
    "figure.environment": ("im Mittel draußen", "mean outdoors"),
    "figure.buildings": ("CO₂ im Mittel", "mean CO₂"),
    "figure.yesterday": ("gestern {value}", "{value} yesterday"),
    "figure.points": ("{n} Messstellen", "{n} points"),
    "figure.points.one": ("1 Messstelle", "1 point"),
    "figure.silent": ("{n} still", "{n} silent"),
    # values
    "on": ("ja", "yes"),
    "off": ("nein", "no"),
    "attr.phase": ("Phase", "phase"),
    "attr.tariff": ("Tarif", "tariff"),
    "attr.direction": ("Richtung", "direction"),
    "attr.class": ("Klasse", "class"),
    "attr.line": ("Linie", "line"),
    "attr.depth_cm": ("Tiefe in cm", "depth in cm"),
    "attr.channel": ("Kanal", "channel"),
    "attr.alarm": ("Alarm", "alarm"),
    # durations
    "age.now": ("gerade eben", "just now"),
    "age.minutes": ("vor {n} Min.", "{n} min ago"),
    "age.hours": ("vor {n} Std.", "{n} h ago"),
    "age.days": ("vor {n} T.", "{n} d ago"),
    "age.never": ("noch nie", "never"),
    "span.seconds": ("{n} Sek.", "{n} s"),
    "span.minutes": ("{n} Min.", "{n} min"),
    "span.hours": ("{n} Std.", "{n} h"),
    "span.days": ("{n} T.", "{n} d"),
    # about and errors
    "about.title": ("Über diese Seite", "About this page"),
    "about.lead": (
        "smartregion ist eine offene Plattform für LoRaWAN-Daten, betrieben vom Landkreis und seinen Gemeinden selbst.",
        "smartregion is an open platform for LoRaWAN data, run by a county and its municipalities themselves.",
    ),
    "about.version": ("Version", "Version"),
    "about.licence": ("Lizenz", "Licence"),
    "about.libraries": ("Verwendete Bibliotheken", "Libraries used"),
    "about.privacy": ("Datenschutz", "Privacy"),
    "about.privacy.text": (
        "Diese Seiten laden nichts von anderen Servern. Das einzige Cookie merkt sich die gewählte Sprache.",
        "These pages load nothing from other servers. The only cookie remembers the language chosen.",
    ),
    "error.404": ("Seite nicht gefunden", "Page not found"),
    "error.404.text": (
        "Diese Adresse gibt es hier nicht. Vielleicht wurde die Messstelle umbenannt.",
        "There is nothing at this address. Perhaps the point was renamed.",
    ),
    "error.500": ("Da ist etwas schiefgegangen", "Something went wrong"),
    "error.500.text": (
        "Die Seite konnte nicht erstellt werden. Der Fehler steht im Protokoll des Dienstes.",
        "The page could not be made. The error is in the service’s log.",
    ),
    "error.503": ("Der Datenspeicher antwortet gerade nicht", "The data store does not answer right now"),
    "error.503.text": (
        "Es geht nichts verloren: Nachrichten werden weiter angenommen. Bitte gleich noch einmal versuchen.",
        "Nothing is lost: messages are still taken in. Please try again in a moment.",
    ),
    "error.back": ("Zur Übersicht", "Back to the overview"),
}


def text(key: str, language: Language) -> str:
    """The words for a key in one language. Raises KeyError for a key that is not in the table."""
    return TEXTS[key][LANGUAGES.index(language)]
