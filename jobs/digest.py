"""What receivers are written of alarms: one letter for all that came up."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from jobs.posting import Letter
from queries.alarm_words import TITLES, Language, title, words
from smartregion import timestamps
from smartregion.alarms import Alarm, AlarmEvent, Notice

# Of one kind, and of what began or ended.
MOST = 25

_NEW = ("Neu", "New")
_OVER = ("Vorbei", "Over")
_BOTH = ("Inzwischen vorbei", "Over meanwhile")
_MORE = ("… und {n} weitere", "… and {n} more")
_TITLE = ("{region}: {n} Meldungen", "{region}: {n} alarms")
_SINCE = ("seit", "since")


def write(notices: Sequence[Notice], region: str, language: Language, zone: tzinfo) -> Letter:
    """The letter; an alarm that began and ended meanwhile is one line of it."""
    events: dict[int, set[AlarmEvent]] = {}
    alarms = {each.alarm.id: each.alarm for each in notices}
    for each in notices:
        events.setdefault(each.alarm.id, set()).add(each.event)
    parts = [
        (_NEW, [alarms[number] for number, found in events.items() if found == {AlarmEvent.BEGIN}]),
        (_OVER, [alarms[number] for number, found in events.items() if found == {AlarmEvent.END}]),
        (_BOTH, [alarms[number] for number, found in events.items() if len(found) == 2]),
    ]
    english = language == "en"
    lines = [line for head, some in parts if some for line in _part(head[english], some, language, zone)]
    return Letter(_title(list(alarms.values()), region, language), "\n".join(lines).strip() + "\n")


def _title(alarms: Sequence[Alarm], region: str, language: Language) -> str:
    if len(alarms) == 1:
        return f"{region}: {words(alarms[0], language)}"
    return _TITLE[language == "en"].format(region=region, n=len(alarms))


def _part(head: str, alarms: Sequence[Alarm], language: Language, zone: tzinfo) -> Iterable[str]:
    yield f"{head}:"
    for kind in TITLES:
        some = [alarm for alarm in alarms if alarm.kind is kind]
        if some:
            yield f"  {title(kind, language)} ({len(some)})"
            yield from (f"    - {words(each, language)} ({_when(each, language, zone)})" for each in some[:MOST])
        if len(some) > MOST:
            yield f"    {_MORE[language == 'en'].format(n=len(some) - MOST)}"
    yield ""


def _when(alarm: Alarm, language: Language, zone: tzinfo) -> str:
    shape = "%Y-%m-%d %H:%M" if language == "en" else "%d.%m.%Y %H:%M"
    begin = timestamps.to_datetime(alarm.begin, zone).strftime(shape)
    if alarm.end is None:
        return f"{_SINCE[language == 'en']} {begin}"
    return f"{begin} – {timestamps.to_datetime(alarm.end, zone).strftime(shape)}"
