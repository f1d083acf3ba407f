"""Receivers are told everything, once, in one letter; also when they were away."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobs.digest import MOST, write
from jobs.notify import Notifier, is_quiet
from jobs.posting import Letter, Post
from smartregion import logs
from smartregion.alarms import Alarm, AlarmEvent, AlarmKind, Notice
from smartregion.clock import HOUR, ManualClock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.region import Notify, parse
from smartregion.timestamps import parse as instant
from store.registry.alarms import AlarmStore
from store.registry.sql import SqlRegistry

BERLIN = ZoneInfo("Europe/Berlin")
NOW = instant("2026-11-22T12:00:00Z")
MAIL, CHAT = "SMARTREGION_MAIL", "SMARTREGION_CHAT"
REGION = 'name = "Kreis"\n[[tenants]]\nkey = "stadt"\nname = "Stadt"\n'


class Mailbox:
    """Takes letters, unless it is away."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, Letter]] = []
        self.away: set[str] = set()

    def send(self, address: str, letter: Letter) -> None:
        if address in self.away:
            raise Unavailable("it could not be delivered")
        self.letters.append((address, letter))


class Desk:
    """A notifier with two receivers, and the alarms it tells of."""

    def __init__(self, store: AlarmStore, **settings: object) -> None:
        self.store = store
        self.clock = ManualClock(NOW)
        self.mailbox = Mailbox()
        self.settings = Notify.model_validate({"digest_minutes": 10, **settings})
        self.notifier = self.make()
        self.told = dict.fromkeys(AlarmKind, (MAIL, CHAT))

    def make(self) -> Notifier:
        receivers = {MAIL: "mail", CHAT: "chat"}
        return Notifier(
            self.store,
            receivers,
            self.mailbox.send,
            self.settings,
            ("Kreis", BERLIN, "de"),
            self.clock,
            logs.get("test"),
        )

    def begin(self, *subjects: str, kind: AlarmKind = AlarmKind.SILENT) -> list[Alarm]:
        now = self.clock.now()
        return self.store.change([Alarm(kind, each, now, None, 4.0) for each in subjects], [], self.told, now)

    def end(self, alarm: Alarm) -> None:
        now = self.clock.now()
        self.store.change([], [replace(alarm, end=now)], self.told, now)

    def wait(self, minutes: float) -> list[tuple[str, Letter]]:
        """Let time pass, a minute a step; gives the letters that came."""
        before = len(self.mailbox.letters)
        for _ in range(int(minutes)):
            self.clock.advance(60)
            self.notifier.tell()
        return self.mailbox.letters[before:]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AlarmStore]:
    registry = SqlRegistry.open(tmp_path / "registry.db", parse(REGION))
    yield registry.alarms
    registry.close()


def test_a_hundred_alarms_are_one_letter_to_each_receiver(store: AlarmStore) -> None:
    desk = Desk(store)
    for number in range(100):
        desk.begin(f"wasser.w{number}")

    letters = desk.wait(120)

    assert sorted(address for address, _ in letters) == ["chat", "mail"]
    (letter,) = {letter for _, letter in letters}
    assert letter.title == "Kreis: 100 Meldungen"
    assert "Stille Geräte (100)" in letter.body
    assert letter.body.count("    - wasser.w") == MOST
    assert f"und {100 - MOST} weitere" in letter.body


def test_what_comes_while_a_letter_is_out_comes_in_the_next(store: AlarmStore) -> None:
    desk = Desk(store)
    (first,) = desk.begin("wasser.a")
    assert len(desk.wait(11)) == 2
    desk.end(first)
    desk.begin("wasser.b")
    assert desk.wait(8) == []
    letters = desk.wait(20)
    assert len(letters) == 2
    assert letters[0][1].title == "Kreis: 2 Meldungen"
    assert "Vorbei:\n  Stille Geräte (1)\n    - wasser.a" in letters[0][1].body
    assert desk.wait(600) == []


def test_a_receiver_that_is_away_gets_all_of_it_later_and_the_others_get_nothing_twice(store: AlarmStore) -> None:
    desk = Desk(store)
    desk.mailbox.away.add("mail")
    desk.begin("wasser.a")
    assert [address for address, _ in desk.wait(60)] == ["chat"]
    desk.begin("wasser.b")
    assert [address for address, _ in desk.wait(30)] == ["chat"]

    desk.mailbox.away.clear()
    (late,) = desk.wait(120)
    assert late[0] == "mail"
    assert late[1].title == "Kreis: 2 Meldungen"
    assert desk.wait(600) == []


def test_a_restart_sends_nothing_again_and_forgets_nothing(store: AlarmStore) -> None:
    desk = Desk(store)
    desk.begin("wasser.a")
    assert len(desk.wait(11)) == 2
    desk.begin("wasser.b")
    desk.notifier = desk.make()
    letters = desk.wait(60)
    assert sorted(address for address, _ in letters) == ["chat", "mail"]
    assert "wasser.a" not in letters[0][1].body


def test_nothing_is_sent_in_quiet_hours_and_all_of_it_afterwards(store: AlarmStore) -> None:
    # It is 13:00 in Berlin.
    desk = Desk(store, quiet_from="12:00", quiet_until="14:30")
    (over,) = desk.begin("wasser.a")
    desk.clock.advance(60)
    desk.end(over)
    desk.begin("wasser.b")
    assert desk.wait(88) == []
    letters = desk.wait(3)
    assert len(letters) == 2
    body = letters[0][1].body
    assert "Neu:\n  Stille Geräte (1)\n    - wasser.b" in body
    assert "Inzwischen vorbei:\n  Stille Geräte (1)\n    - wasser.a" in body
    assert "(22.11.2026 13:00 – 22.11.2026 13:01)" in body


@pytest.mark.parametrize(
    ("start", "until", "quiet"),
    [
        ("22:00", "06:00", {22, 23, 0, 1, 2, 3, 4, 5}),
        ("01:00", "03:00", {1, 2}),
        ("00:00", "00:00", set()),
        ("", "", set()),
    ],
)
def test_quiet_hours_are_those_of_the_countys_clock(start: str, until: str, quiet: set[int]) -> None:
    settings = Notify(quiet_from=start, quiet_until=until)
    midnight = instant("2026-07-01T00:00:00+02:00")
    assert {hour for hour in range(24) if is_quiet(midnight + hour * HOUR, settings, BERLIN)} == quiet


def test_a_letter_is_in_the_language_asked_for_and_puts_the_platform_before_devices() -> None:
    alarms = [Alarm(AlarmKind.SILENT, "wasser.w1", NOW, None, 4.2, 1), Alarm(AlarmKind.STORE, "", NOW, None, 1.0, 2)]
    letter = write([Notice(each, AlarmEvent.BEGIN, NOW) for each in alarms], "County", "en", BERLIN)
    assert letter.title == "County: 2 alarms"
    assert letter.body.index("Series store (1)") < letter.body.index("Silent devices (1)")
    assert "wasser.w1: 4 intervals without a message (since 2026-11-22 13:00)" in letter.body


class Web(HTTPServer):
    """Takes what is posted, as often as it is told only after an error."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[dict[str, Any]] = []
        self.errors = 0


class _Taking(BaseHTTPRequestHandler):
    server: Web

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.errors:
            self.server.errors -= 1
            self.send_response(503)
        else:
            self.server.taken.append(json.loads(body))
            self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        return


class Smtp(socketserver.TCPServer):
    """As much of a mail server as a mail needs."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mail)
        self.mails: list[str] = []


class _Mail(socketserver.StreamRequestHandler):
    server: Smtp

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.mails.append(b"".join(lines).decode())
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])  # type: ignore[index]  # an address of the internet family
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_of_another_service_gets_the_letter_once_it_is_back() -> None:
    web = Web()
    web.errors = 1
    with serving(web) as port:
        post, letter = Post(), Letter("Kreis: 2 Meldungen", "Neu:\n  Öl & <Gas>\n")
        with pytest.raises(Unavailable, match="could not be delivered"):
            post.send(f"json://127.0.0.1:{port}/alarms", letter)
        post.send(f"json://127.0.0.1:{port}/alarms", letter)
    assert [(each["title"], each["message"].strip()) for each in web.taken] == [
        ("Kreis: 2 Meldungen", "Neu:\n  Öl & <Gas>")
    ]


def test_a_mail_arrives() -> None:
    smtp = Smtp()
    with serving(smtp) as port:
        address = f"mailto://127.0.0.1:{port}?from=platform@county.example&to=ops@county.example"
        Post().send(address, Letter("Kreis: 1 Meldung", "Neu:\n  eins\n"))
    (mail,) = smtp.mails
    assert "Subject: Kreis: 1 Meldung" in mail
    assert "To: ops@county.example" in mail


def test_an_address_that_nothing_knows_is_told_apart_from_a_receiver_that_is_away() -> None:
    with pytest.raises(Misconfigured, match="does not know such an address"):
        Post().send("nonsense", Letter("a", "b"))


def test_a_receiver_that_never_answers_is_given_up_and_a_stop_does_not_wait_for_it() -> None:
    class Mute(socketserver.TCPServer):
        def __init__(self) -> None:
            super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

        def process_request(self, request: object, client_address: object) -> None:
            self.held = request

    with serving(Mute()) as port:
        letter = Letter("a", "b")
        with pytest.raises(Unavailable, match="too long"):
            Post(seconds=0.2).send(f"json://127.0.0.1:{port}/", letter)
        stopped = Post()
        stopped.stop()
        with pytest.raises(Unavailable):
            stopped.send(f"json://127.0.0.1:{port}/", letter)
