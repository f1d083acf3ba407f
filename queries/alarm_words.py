"""What an alarm is called, in German and in English."""

from collections.abc import Mapping
from typing import Final, Literal

from smartregion.alarms import Alarm, AlarmKind

Language = Literal["de", "en"]

DISK: Final = "disk"
"""Subject of a journal's alarm: the disk it is on."""
WRITING: Final = "writing"
"""Subject of a journal's alarm: it can't be written."""

TITLES: Final[Mapping[AlarmKind, tuple[str, str]]] = {
    AlarmKind.STORE: ("Messwertspeicher", "Series store"),
    AlarmKind.JOURNAL: ("Journal", "Journal"),
    AlarmKind.LEDGER: ("Bilanz", "Ledger"),
    AlarmKind.CONNECTION: ("Verbindung zu The Things Stack", "Connection to The Things Stack"),
    AlarmKind.CLOCK: ("Uhren", "Clocks"),
    AlarmKind.GAP: ("Lücken, die sich nicht schließen lassen", "Gaps that can't be closed"),
    AlarmKind.QUARANTINE: ("Quarantäne", "Quarantine"),
    AlarmKind.SILENT: ("Stille Geräte", "Silent devices"),
    AlarmKind.BATTERY: ("Schwache Batterien", "Low batteries"),
}
"""In the order in which an operator wants to read them."""

_WORDS: Final[Mapping[AlarmKind, tuple[str, str]]] = {
    AlarmKind.STORE: (
        "Der Messwertspeicher antwortet nicht; Nachrichten warten im Journal",
        "The series store does not answer; messages wait in the journal",
    ),
    AlarmKind.JOURNAL: (
        "Das Journal ist zu {value:.0f} % voll von Nachrichten, die auf den Messwertspeicher warten",
        "The journal is {value:.0f} % full of messages that wait for the series store",
    ),
    AlarmKind.LEDGER: (
        "{subject}: die Bilanz geht nicht auf; das ist ein Fehler der Plattform, bitte melden",
        "{subject}: the ledger does not balance; that is a mistake of the platform, please tell us",
    ),
    AlarmKind.CONNECTION: (
        "{subject}: keine Verbindung; das Protokoll des Dienstes sagt, warum",
        "{subject}: not connected; the service's log says why",
    ),
    AlarmKind.CLOCK: (
        "Die Uhren von The Things Stack und dieser Maschine gehen {value:.0f} s auseinander",
        "The clocks of The Things Stack and of this machine are {value:.0f} s apart",
    ),
    AlarmKind.GAP: (
        "{subject}: {value:.0f} Nachrichten des letzten Tages sind endgültig verloren",
        "{subject}: {value:.0f} messages of the last day are lost for good",
    ),
    AlarmKind.QUARANTINE: (
        "{subject}: {value:.0f} Nachrichten in einer Stunde in Quarantäne",
        "{subject}: {value:.0f} messages went to quarantine within an hour",
    ),
    AlarmKind.SILENT: (
        "{subject}: {value:.0f} Sendeabstände ohne Nachricht",
        "{subject}: {value:.0f} intervals without a message",
    ),
    AlarmKind.BATTERY: ("{subject}: Batterie bei {value:.0f} %", "{subject}: battery at {value:.0f} %"),
}
_HELD: Final = (
    "{subject}: der Messwertspeicher nimmt nichts an, bis jemand etwas tut; „smartregion check“ sagt, was",
    "{subject}: the series store takes nothing until a person acts; “smartregion check” says how",
)
_DISK: Final = ("Auf der Platte des Datenordners ist kaum noch Platz", "The disk of the data folder is nearly full")
_WRITING: Final = ("Das Journal kann nicht geschrieben werden", "The journal can't be written")
_NOBODY: Final = ("Ohne Anwendung", "Of no application")
_LOW: Final = ("{subject}: Batterie schwach", "{subject}: battery low")


def title(kind: AlarmKind, language: Language) -> str:
    """What alarms of a kind are about."""
    return TITLES[kind][language == "en"]


def words(alarm: Alarm, language: Language) -> str:
    """What is, or was, wrong."""
    english = language == "en"
    return _of(alarm)[english].format(subject=alarm.subject or _NOBODY[english], value=alarm.value or 0.0)


def _of(alarm: Alarm) -> tuple[str, str]:
    if alarm.kind is AlarmKind.JOURNAL and alarm.subject in (DISK, WRITING):
        return _DISK if alarm.subject == DISK else _WRITING
    if alarm.kind is AlarmKind.STORE and alarm.subject:
        return _HELD
    if alarm.kind is AlarmKind.BATTERY and not alarm.value:
        return _LOW
    return _WORDS[alarm.kind]
