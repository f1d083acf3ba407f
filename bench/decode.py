"""From bytes to readings by the native decoders, on one core: frames of the simulated county in the mix it sends."""

import gc
import time
from collections.abc import Sequence

from bench.county import County
from bench.figure import Figure, Result
from bench.size import Size
from decoders import catalogue
from decoders.decoder import Decoder, Frame
from simulator.uplinks import Frame as Sent
from smartregion.errors import Undecodable
from smartregion.region import Region

WANTED_PER_SECOND = 100_000
Work = Sequence[tuple[Decoder, int, bytes, int]]
"""Decoder, port, payload, time."""


def run(size: Size) -> Result:
    """Decode them round after round; the best one counts."""
    now = time.time_ns()
    county = County.make(size.devices, now)
    sent = list(county.frames(size.burst, now))
    work = _work(county.region, sent)
    _decode(work)
    spent, readings = min(_decode(work) for _ in range(size.rounds))
    per_frame = spent / len(work)
    decoders = {decoder.name: decoder for decoder, *_ in work}
    by_model = {name: _alone(decoder, work, size.rounds) for name, decoder in sorted(decoders.items())}
    figures = (
        Figure("native decode on one core", 1 / per_frame, "frames/s", at_least=WANTED_PER_SECOND),
        Figure("native decode: CPU per frame", per_frame * 1e6, "µs"),
        Figure("native decode: CPU per frame of the slowest model", max(by_model.values()), "µs"),
    )
    conditions = (
        f"{len(work)} of {len(sent)} frames have a native decoder; {readings / len(work):.1f} readings and "
        f"{sum(len(payload) for _, _, payload, _ in work) / len(work):.0f} bytes a frame, "
        f"{len(by_model)} models, one process, best of {size.rounds}; the decoder is chosen beforehand, once a device"
    )
    return Result("decode", figures, conditions, {"µs a frame": by_model})


def _work(region: Region, sent: Sequence[Sent]) -> Work:
    applications = {each.id: each for each in region.applications}
    chosen: dict[tuple[str, str], Decoder | None] = {}
    work = []
    for frame in sent:
        device = (frame.application, frame.device_id)
        if device not in chosen:
            profile = frame.profile or applications[frame.application].profile_of(frame.device_id)
            chosen[device] = catalogue.find(profile) if profile else None
        decoder = chosen[device]
        if decoder is not None and frame.payload:
            work.append((decoder, frame.f_port, frame.payload, frame.received_at))
    return work


def _alone(decoder: Decoder, work: Work, rounds: int) -> float:
    """Microseconds a frame of one model."""
    own = [one for one in work if one[0] is decoder]
    return min(_decode(own)[0] for _ in range(rounds)) / len(own) * 1e6


def _decode(work: Work) -> tuple[float, int]:
    """Seconds of CPU, and how many readings came of it."""
    readings = 0
    gc.collect()
    gc.disable()
    begun = time.process_time()
    for decoder, f_port, payload, received_at in work:
        try:
            readings += len(decoder.decode(Frame(f_port, payload, received_at)).readings)
        except Undecodable:
            continue
    spent = time.process_time() - begun
    gc.enable()
    return spent, readings
