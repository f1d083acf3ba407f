"""What a JavaScript codec costs, and what others notice of a hostile one."""

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from bench.figure import Figure, Result
from bench.size import Size
from decoders.decoder import Frame
from decoders.javascript.codec import Codec, as_decoder
from decoders.javascript.limits import Limits
from decoders.javascript.pool import Pool
from smartregion.clock import SystemClock
from smartregion.errors import Undecodable

WANTED = 500
"""Other uplinks a second that are to be decoded while hostile code runs."""

# In the manner of the codecs that vendors publish: a class, a view of the bytes, items of type and value.
_CODEC = """
class Reader {
    constructor(bytes) { this.view = new DataView(new Uint8Array(bytes).buffer); this.at = 0; }
    get left() { return this.view.byteLength - this.at; }
    u8() { return this.view.getUint8(this.at++); }
    i16() { this.at += 2; return this.view.getInt16(this.at - 2, true); }
    u32() { this.at += 4; return this.view.getUint32(this.at - 4, true); }
    u64() { this.at += 8; return this.view.getBigUint64(this.at - 8, true); }
}
const ITEMS = {
    0x01: (reader, data) => { data.battery = reader.u8(); },
    0x02: (reader, data) => { data.temperature = reader.i16() / 10; },
    0x03: (reader, data) => { data.volume = reader.u32(); },
    0x04: (reader, data) => { data.serial = reader.u64(); },
};
function decodeUplink(input) {
    const reader = new Reader(input.bytes);
    const data = {};
    while (reader.left > 0) {
        const type = reader.u8();
        if (!ITEMS[type]) return { errors: [`unknown type ${type}`] };
        ITEMS[type](reader, data);
    }
    return { data, warnings: [] };
}
function normalizeUplink({ data }) {
    return { data: { air: { temperature: data.temperature }, metering: { water: { total: data.volume } } } };
}
"""
_FRAME = Frame(7, bytes.fromhex("015a 020bff 0340e20100 04efcdab8967452301"), 1_780_000_000_000_000_000)
_HOSTILE = (
    "while (true) {}",
    "const a = []; while (true) a.push(new Array(1e6).fill(1));",
    "let x = 3n; while (true) x = x * x;",
    "return {data: {x: /^(a+)+$/.test('a'.repeat(40) + 'b')}};",
    "return {data: {get x() { while (true) {} }}};",
)


def run(size: Size) -> Result:
    """Measure."""
    begun = time.perf_counter()
    pool = Pool(SystemClock())
    try:
        as_decoder(_codec(_CODEC), pool).decode(_FRAME)
        started = time.perf_counter() - begun
        rates = [_rate(pool, size, reuse=reuse) for reuse in (False, True)]
        both = _two_at_once(pool, size)
        others, stopped = _beside_hostile(pool, size)
    finally:
        pool.close()
    figures = (
        Figure("JavaScript: first frame, process started for it", started * 1000, "ms"),
        Figure("JavaScript: frames, fresh context each, one caller", rates[0], "frames/s"),
        Figure("JavaScript: frames, context used again, one caller", rates[1], "frames/s"),
        Figure("JavaScript: frames, fresh context each, two callers", both, "frames/s"),
        Figure("JavaScript: other frames while hostile ones are stopped", others, "frames/s", at_least=WANTED),
    )
    conditions = (
        f"codec of {len(_CODEC.splitlines())} lines with a normalizer, {len(_FRAME.payload)} bytes a frame, "
        f"best of {size.rounds}; {Limits().seconds:g} s and {Limits().memory >> 20} MiB a context; "
        f"{stopped} hostile frames were stopped meanwhile"
    )
    return Result("javascript", figures, conditions)


def _codec(source: str, *, reuse: bool = False) -> Codec:
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    return Codec(brand="bench", model="m", source=source, sha256=sha256, licence="own", reuse=reuse)


def _rate(pool: Pool, size: Size, *, reuse: bool) -> float:
    decode = as_decoder(_codec(_CODEC, reuse=reuse), pool).decode
    decode(_FRAME)
    return max(_timed(lambda: [decode(_FRAME) for _ in range(size.calls)], size.calls) for _ in range(size.rounds))


def _two_at_once(pool: Pool, size: Size) -> float:
    decode = as_decoder(_codec(_CODEC), pool).decode
    with ThreadPoolExecutor(2) as threads:
        frames = [_FRAME] * size.calls
        list(threads.map(decode, frames))
        return max(_timed(lambda: list(threads.map(decode, frames)), size.calls) for _ in range(size.rounds))


def _beside_hostile(pool: Pool, size: Size) -> tuple[float, int]:
    """Frames a second of a good codec, and how many hostile ones were stopped in the same time."""
    decode = as_decoder(_codec(_CODEC), pool).decode
    done = threading.Event()
    stopped = 0

    def be_hostile() -> None:
        nonlocal stopped
        while not done.is_set():
            # Of another text each time: one and the same codec would soon be put to rest.
            body = f"{_HOSTILE[stopped % len(_HOSTILE)]} // {stopped}"
            with suppress(Undecodable):
                as_decoder(_codec(f"function decodeUplink() {{ {body}\n }}"), pool).decode(_FRAME)
            stopped += 1

    hostile = threading.Thread(target=be_hostile)
    hostile.start()
    try:
        rate = max(_timed(lambda: [decode(_FRAME) for _ in range(size.calls)], size.calls) for _ in range(size.rounds))
    finally:
        done.set()
        hostile.join()
    return rate, stopped


def _timed(work: Callable[[], object], count: int) -> float:
    begun = time.perf_counter()
    work()
    return count / (time.perf_counter() - begun)
