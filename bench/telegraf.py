"""Telegraf as a yardstick: the same messages from the same network into the same InfluxDB, in turn."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bench.children import Child
from bench.county import County
from bench.size import Size
from cli.demo_store import DemoInflux
from simulator.region.county import key_variable
from simulator.region.names import TTN_TENANT

_TICKS = os.sysconf("SC_CLK_TCK")
_SETTLE_SECONDS = 30.0
_LOOK_SECONDS = 0.5
_DATABASE = "telegraf_bench"


def share(size: Size, store: DemoInflux, ours: float) -> float | None:
    """Our seconds of CPU for one uplink by Telegraf's; None without a telegraf, or with an InfluxDB that needs tokens.

    Telegraf reads what The Things Stack's own formatter decoded, keeps nothing on disk, and decodes no bytes.
    """
    program = shutil.which("telegraf")
    if program is None or store.write_path != "v1":
        return None
    with (
        Child("bench.network", {"devices": size.devices, "storage": False}) as network,
        _telegraf(program, configuration(network.card, size, store)) as process,
    ):
        network.ask("prepare", count=size.burst)
        before = _cpu(process.pid)
        network.ask("publish", rate=None, lossless=True)
        spent = _quiet(process.pid) - before
    return ours / (spent / size.burst) if spent > 0 else None


@contextmanager
def _telegraf(program: str, text: str) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryDirectory(prefix="smartregion-bench-") as folder:
        file = Path(folder) / "telegraf.conf"
        file.write_text(text, encoding="utf-8")
        process = subprocess.Popen([program, "--quiet", "--config", str(file)])
        try:
            time.sleep(5 * _LOOK_SECONDS)
            yield process
        finally:
            process.terminate()
            process.wait(20)


def configuration(card: Mapping[str, object], size: Size, store: DemoInflux) -> str:
    """One input an application, as an operator would write it."""
    keys = card["keys"]
    county = County.make(size.devices, time.time_ns())
    parts = [
        '[agent]\n  metric_batch_size = 5000\n  metric_buffer_limit = 1000000\n  flush_interval = "1s"',
        f'[[outputs.influxdb]]\n  urls = ["{store.url}"]\n  database = "{_DATABASE}"',
    ]
    for one in county.plan.municipalities:
        key = keys[key_variable(one)] if isinstance(keys, Mapping) else ""
        parts.append(
            f"""[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{card["mqtt_port"]}"]
  topics = ["v3/+/devices/+/up"]
  username = "{one.application}@{TTN_TENANT}"
  password = "{key}"
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "uplink"
    timestamp_path = "received_at"
    timestamp_format = "2006-01-02T15:04:05.999999999Z"
    [[inputs.mqtt_consumer.json_v2.tag]]
      path = "end_device_ids.device_id"
    [[inputs.mqtt_consumer.json_v2.field]]
      path = "uplink_message.f_cnt"
      type = "float"
    [[inputs.mqtt_consumer.json_v2.object]]
      path = "uplink_message.decoded_payload"
      disable_prepend_keys = true"""
        )
    return "\n".join(parts) + "\n"


def _cpu(process: int) -> float:
    """Seconds of CPU a process has used: fields 14 and 15 of /proc/PID/stat, proc(5)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _quiet(process: int) -> float:
    """Seconds of CPU once it does not rise any more."""
    deadline, before = time.monotonic() + _SETTLE_SECONDS, _cpu(process)
    while time.monotonic() < deadline:
        time.sleep(4 * _LOOK_SECONDS)
        now = _cpu(process)
        if now - before < 2 * _LOOK_SECONDS * 0.1:
            return now
        before = now
    return before
