"""Webhook and import as they are used: beside each other, on a service that is killed."""

import gzip
import json
import time
from pathlib import Path

import httpx
import zstandard

from simulator.uplinks import Frame, render, topic
from smartregion.clock import SECOND
from tests.cli.conftest import frame
from tests.whole.command import smartregion
from tests.whole.service import Service, region_text

SECRET = "a secret of the webhook, long enough"
SECRETS = {"SMARTREGION_WEBHOOK": SECRET}


def posted(service: Service, each: Frame, **headers: str) -> int:
    address = f"{service.address()}hooks/tts/umwelt-sensorik/up"
    given = {"X-Webhook-Secret": SECRET, "Host": "sensors.county.example", **headers}
    return httpx.post(address, content=render(each), headers=given).status_code


def test_what_the_webhook_was_told_is_kept_survives_a_kill_and_an_import_of_the_same_changes_nothing(
    tmp_path: Path,
) -> None:
    now = time.time_ns()
    frames = [frame(number, now - (20 - number) * SECOND) for number in range(20)]
    # No MQTT, no back-fill: nothing but the webhook brings them.
    region = region_text(1, 1, mqtt=False, webhook_env="SMARTREGION_WEBHOOK")
    with Service(tmp_path, region, key="", extra=SECRETS) as service:
        service.wait_until_ready()
        assert posted(service, frames[0], **{"X-Webhook-Secret": "wrong"}) == 401
        assert [posted(service, each) for each in frames[:12]] == [202] * 12
        service.kill()
        service.start()
        service.wait_until_ready()
        assert [posted(service, each) for each in frames[10:]] == [202] * 10
        service.wait_for(lambda: service.totals()["stored"] == 20)
        assert service.totals()["duplicate"] == 2

        write_files(tmp_path, frames)
        told = smartregion("import", *sorted(tmp_path.glob("seen*")), "--data", service.data)
        assert told.status == 0, told.err
        assert "60" in told.words
        assert dict(service.totals()) == {
            "received": 82,
            "stored": 20,
            "ignored": 0,
            "quarantined": 0,
            "queued": 0,
            "duplicate": 62,
        }
        assert service.stop() == 0
        assert "Traceback" not in service.told()


def write_files(folder: Path, frames: list[Frame]) -> None:
    storage = b"".join(b'{"result":' + render(each) + b"}\n" for each in frames)
    verbose = b"".join(topic(each).encode() + b" " + render(each) + b"\n" for each in frames)
    records = (
        {"tst": "2026-11-22T18:15:00", "topic": topic(each), "qos": 0, "payload": render(each).decode()}
        for each in frames
    )
    (folder / "seen-1.json.gz").write_bytes(gzip.compress(storage))
    (folder / "seen-2.log.zst").write_bytes(zstandard.compress(verbose))
    (folder / "seen-3.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")


def test_a_webhook_without_a_secret_worth_the_name_does_not_start(tmp_path: Path) -> None:
    region = tmp_path / "region.toml"
    region.write_text(region_text(1, 1, webhook_env="SMARTREGION_WEBHOOK"), encoding="utf-8")
    for given in ({}, {"SMARTREGION_WEBHOOK": "short"}):
        told = smartregion("up", "--region", region, "--data", tmp_path / "data", extra=given)
        assert told.status == 1
        assert "umwelt-sensorik: set SMARTREGION_WEBHOOK" in told.words
        checked = smartregion("check", "--region", region, "--data", tmp_path / "data", extra=given)
        assert "less than 16 characters" in checked.words
