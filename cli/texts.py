"""What the command line says to operators, in German and in English."""

from typing import Literal

Language = Literal["de", "en"]

TEXTS: dict[str, tuple[str, str]] = {
    "application": ("Anwendung", "Application"),
    "day": ("Tag", "Day"),
    "received": ("empfangen", "received"),
    "stored": ("gespeichert", "stored"),
    "ignored": ("übergangen", "ignored"),
    "quarantined": ("in Quarantäne", "quarantined"),
    "queued": ("wartend", "queued"),
    "duplicate": ("doppelt", "duplicate"),
    "total": ("Summe", "Total"),
    "ledger": ("Hauptbuch", "Ledger"),
    "ledger_note": (
        "empfangen = gespeichert + übergangen + in Quarantäne + wartend + doppelt",
        "received = stored + ignored + quarantined + queued + duplicate",
    ),
    "nothing_yet": ("Noch nichts.", "Nothing yet."),
    "device": ("Gerät", "Device"),
    "profile": ("Typ", "Profile"),
    "last_seen": ("zuletzt gehört", "Last seen"),
    "interval": ("Abstand", "Interval"),
    "point": ("Messstelle", "Point"),
    "name": ("Name", "Name"),
    "tenant": ("Gemeinde", "Municipality"),
    "site": ("Ort", "Site"),
    "domain": ("Bereich", "Domain"),
    "status": ("Zustand", "Status"),
    "quantity": ("Größe", "Quantity"),
    "value": ("Wert", "Value"),
    "unit": ("Einheit", "Unit"),
    "time": ("Zeit", "Time"),
    "attributes": ("Merkmale", "Attributes"),
    "start": ("ab", "From"),
    "until": ("bis", "Until"),
    "title": ("Bezeichnung", "Title"),
    "ports": ("Ports", "Ports"),
    "quantities": ("Größen", "Quantities"),
    "vectors": ("Vektoren", "Vectors"),
    "warnings": ("Warnungen", "Warnings"),
    "state": ("Stand", "State"),
    "why": ("Grund", "Reason"),
    "open_page": ("Seite", "Page"),
    "stop_hint": ("Beenden mit Strg+C.", "Stop with Ctrl+C."),
    "imported": ("übernommen", "imported"),
    "backfill": ("Nachladen", "Back-fill"),
    "connecting": ("verbinde …", "connecting …"),
    "waiting_for_messages": ("verbunden, warte auf Nachrichten", "connected, waiting for messages"),
    "check_ok": ("in Ordnung", "fine"),
    "check_failed": ("nicht in Ordnung", "not fine"),
    "region_file": ("Regionsdatei", "Region file"),
    "data_folder": ("Datenordner", "Data folder"),
    "api_key": ("API-Schlüssel", "API key"),
    "written": ("geschrieben", "written"),
    "assigned": ("zugeordnet", "assigned"),
    "history": ("Vorgeschichte", "History"),
    "in_use": ("läuft gerade", "running now"),
    "free": ("frei", "free"),
    "redecode": ("Erneut dekodieren", "Decode again"),
    "redecode_shown": ("So würden sich die Messwerte ändern", "How the readings would change"),
    "redecode_done": ("So haben sich die Messwerte geändert", "How the readings have changed"),
    "redecode_ask": ("Die Änderungen schreiben?", "Write these changes?"),
    "redecode_stopped": (
        "angehalten; derselbe Befehl macht an der Stelle weiter",
        "stopped; the same command goes on where it was",
    ),
    "redecode_frames": ("gelesene Telegramme", "uplinks read"),
    "redecode_settled": ("Nachrichten, die die Quarantäne verlassen", "messages that leave quarantine"),
    "redecode_unexplained": (
        "Messwerte, die keine vorhandene Nachricht erklärt (sie bleiben)",
        "readings that no message at hand explains (they stay)",
    ),
    "redecode_refused": ("vom Speicher abgelehnte Messwerte", "readings refused by the store"),
    "redecode_failures": (
        "Nicht lesbar; die vorhandenen Messwerte bleiben",
        "Not readable; the readings that are there stay",
    ),
    "examples": ("Beispiele", "Examples"),
    "decoder": ("Decoder", "Decoder"),
    "appear": ("kommt hinzu", "appear"),
    "change": ("ändert sich", "change"),
    "vanish": ("entfällt", "vanish"),
    "same": ("gleich", "same"),
    "kind": ("Art", "Kind"),
    "before": ("vorher", "Before"),
    "after": ("nachher", "After"),
    "cause": ("Ursache", "Cause"),
    "messages": ("Nachrichten", "Messages"),
    "detail": ("Näheres", "Detail"),
}


def language_of(text: str) -> Language:
    """The language of a locale's name; English unless it is German."""
    return "de" if text.lower().startswith("de") else "en"


def text(key: str, language: Language) -> str:
    """One text."""
    return TEXTS[key][0 if language == "de" else 1]
