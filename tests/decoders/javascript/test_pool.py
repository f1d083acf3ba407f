"""Codecs can't hurt: each is stopped within its limits, costs its own frame, and leaves nothing behind."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from decoders.javascript.codec import as_decoder, run
from decoders.javascript.limits import Failed, Kind, Limits
from decoders.javascript.pool import Pool
from smartregion.clock import ManualClock
from smartregion.errors import Unavailable, Undecodable
from tests.decoders.javascript.world import (
    ENDLESS,
    FRAME,
    HOLDS_TEMPERATURE,
    NORMALIZES,
    PATIENT,
    gone,
    make_codec,
    names_in,
    wait_until,
)

# facts §3.3 and their kin: what the function does, and how it fails.
HOSTILE = {
    "loop": ("while (true) {}", Kind.TIMEOUT),
    "loop in finally": ("while (true) { try { while (true) {} } finally { continue; } }", Kind.TIMEOUT),
    "arrays": ("const a = []; while (true) a.push(new Array(1e6).fill(1));", Kind.MEMORY),
    "typed arrays": ("const a = []; while (true) a.push(new Uint8Array(1e6).fill(1));", Kind.MEMORY),
    "one long text": ("return {data: {n: 'x'.padEnd(2 ** 29, 'ab').length}};", Kind.MEMORY),
    "recursion": ("return decodeUplink(input);", Kind.STACK),
    "200 000 levels": ("let a = []; for (let n = 0; n < 2e5; n++) a = [a]; return {data: {a}};", Kind.STACK),
    "backtracking": ("return {data: {x: /^(a+)+$/.test('a'.repeat(40) + 'b')}};", Kind.TIMEOUT),
    "BigInt squares": ("let x = 3n; while (true) x = x * x;", None),
    "getter": ("return {data: {get x() { while (true) {} }}};", Kind.TIMEOUT),
    "proxy": ("return {data: new Proxy({}, {ownKeys() { while (true) {} }})};", Kind.TIMEOUT),
    "toString": ("throw {toString() { while (true) {} }};", Kind.TIMEOUT),
    "toJSON": ("return {data: {toJSON() { while (true) {} }}};", Kind.TIMEOUT),
    "Atomics.wait": ("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e6);", Kind.THREW),
    "throws": ("throw new Error('boom');", Kind.THREW),
    "throws text": ("throw 'boom';", Kind.THREW),
    "throws null": ("throw null;", Kind.THREW),
    "circle": ("const a = {}; a.a = a; return {data: a};", Kind.BAD_OUTPUT),
    "flood": ("return {data: {a: 'x'.repeat(70000)}};", Kind.BAD_OUTPUT),
    "17 levels": ("let a = []; for (let n = 0; n < 17; n++) a = [a]; return {data: {a}};", Kind.BAD_OUTPUT),
    "half a character": ("return {data: {a: '\\ud800'}};", Kind.BAD_OUTPUT),
    "a text": ("return 'x';", Kind.BAD_OUTPUT),
    "data that are a number": ("return {data: 1};", Kind.BAD_OUTPUT),
    "a promise": ("return Promise.resolve({});", Kind.BAD_OUTPUT),
    "a module": ("return import('os');", Kind.BAD_OUTPUT),
    "own errors": ("return {data: {}, errors: ['wrong port']};", Kind.REPORTED),
}


USUAL = Limits(deadline=PATIENT)
ROOT = Path(__file__).parents[3]


def kind_of(pool: Pool, source: str) -> Kind:
    with pytest.raises(Failed) as caught:
        run(make_codec(source), pool, FRAME)
    assert caught.value.words
    assert "\n" not in caught.value.words
    return caught.value.kind


@contextmanager
def pool_of(workers: int = 1, limits: Limits = USUAL, clock: ManualClock | None = None) -> Iterator[Pool]:
    made = Pool(clock or ManualClock(), workers=workers, limits=limits)
    try:
        yield made
    finally:
        made.close()


def good(pool: Pool) -> bool:
    return run(make_codec(HOLDS_TEMPERATURE), pool, FRAME).data == {"t": 0.5, "port": 5}


@pytest.mark.parametrize(("does", "kind"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_code_is_stopped_and_the_next_frame_is_decoded(pool: Pool, does: str, kind: Kind | None) -> None:
    got = kind_of(pool, f"function decodeUplink(input) {{ {does} }}")

    assert kind in (None, got)
    assert good(pool)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("while (true) {}", Kind.TIMEOUT),
        ("function (", Kind.SYNTAX),
        ("import os from 'os';", Kind.SYNTAX),
        ("/* never closed", Kind.SYNTAX),
        ("var x = 1;", Kind.SYNTAX),
        ("throw new Error('at once');", Kind.THREW),
        ("const a = []; while (true) a.push(new Array(1e6).fill(1));", Kind.MEMORY),
        ("__decode = 1;" + "'use strict'; delete globalThis.__decode; var x;", Kind.SYNTAX),
        ("Object.prototype.toJSON = () => undefined;" + HOLDS_TEMPERATURE, Kind.BAD_OUTPUT),
        ("Object.defineProperty(globalThis, '__decode', {value: 1});" + HOLDS_TEMPERATURE, Kind.THREW),
    ],
)
def test_code_that_is_hostile_as_it_loads_is_stopped_too(pool: Pool, source: str, kind: Kind) -> None:
    assert kind_of(pool, source) == kind
    assert good(pool)


def test_a_codec_that_breaks_its_surroundings_breaks_nothing_of_ours(pool: Pool) -> None:
    breaks = "JSON.stringify = JSON.parse = String = Date = null; __decode = 1; delete globalThis.__about;"

    assert run(make_codec(breaks + HOLDS_TEMPERATURE), pool, FRAME).data == {"t": 0.5, "port": 5}
    assert pool.load(make_codec(breaks + HOLDS_TEMPERATURE).script).entry == "decodeUplink"


def test_an_error_tells_the_line_of_the_codec(pool: Pool) -> None:
    with pytest.raises(Failed, match=r"threw: Error: no such port \(line 3\)"):
        run(make_codec("function decodeUplink() {\n\n  throw new Error('no such port'); }"), pool, FRAME)


def test_others_are_decoded_while_hostile_code_runs() -> None:
    with pool_of(workers=2) as pool, ThreadPoolExecutor(1) as threads:
        sources = [f"function decodeUplink(input) {{ {does} }}" for does, _ in HOSTILE.values()]
        hostile = threads.submit(lambda: [kind_of(pool, source) for source in sources])

        decoded = 0
        while not hostile.done() or decoded < 100:
            assert good(pool)
            decoded += 1

        assert len(hostile.result()) == len(HOSTILE)


def test_many_threads_share_the_workers(pool: Pool) -> None:
    decoder = as_decoder(make_codec(NORMALIZES), pool)

    def temperature(n: int) -> float:
        return decoder.decode(FRAME._replace(payload=bytes([n]))).readings[0].value

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(temperature, range(200))) == [n / 2 for n in range(200)]


def test_a_worker_killed_at_work_costs_its_frame_only() -> None:
    with pool_of(limits=Limits(seconds=30.0, deadline=60.0)) as pool, ThreadPoolExecutor(1) as threads:
        assert good(pool)
        (pid,) = pool.pids()
        decoder = as_decoder(make_codec(ENDLESS), pool)
        at_work = threads.submit(decoder.decode, FRAME)
        used = cpu(pid)
        wait_until(lambda: cpu(pid) > used + 5, "the worker is at work")

        os.kill(pid, signal.SIGKILL)

        with pytest.raises(Undecodable, match="crashed"):
            at_work.result()
        assert good(pool)
        assert pool.pids() != (pid,)


def cpu(pid: int) -> int:
    """Ticks of CPU that a process has used."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def test_a_worker_killed_while_idle_costs_nothing() -> None:
    with pool_of() as pool:
        assert good(pool)
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: gone(pid), "it is dead")

        assert good(pool)


def test_a_worker_that_answers_no_more_is_killed_and_replaced() -> None:
    with pool_of(limits=Limits(deadline=2.0)) as pool:
        assert good(pool)
        (pid,) = pool.pids()
        os.kill(pid, signal.SIGSTOP)

        # Larger than a pipe holds, so that it can't even be handed over.
        with pytest.raises(Failed, match=r"timeout: killed after 2 s"):
            run(make_codec(HOLDS_TEMPERATURE + "//" + "x" * 300_000), pool, FRAME)

        assert gone(pid)
        assert good(pool)


def test_a_codec_that_keeps_wasting_time_rests_while_others_run() -> None:
    clock = ManualClock()
    with pool_of(clock=clock) as pool:
        kinds = [kind_of(pool, ENDLESS) for _ in range(25)]

        assert kinds[0] is Kind.TIMEOUT
        assert kinds[-1] is Kind.RESTING
        assert good(pool)
        clock.advance(60)
        assert kind_of(pool, ENDLESS) is Kind.TIMEOUT


def test_workers_start_when_they_are_needed_and_end_with_the_pool() -> None:
    with pool_of(workers=2) as pool:
        assert pool.pids() == ()
        assert good(pool)
        (pid,) = pool.pids()

        pool.close()

        assert gone(pid)
        with pytest.raises(Unavailable):
            good(pool)


def test_closing_ends_the_waiting_of_others_and_the_work_of_one() -> None:
    with pool_of(limits=Limits(seconds=0.5, deadline=PATIENT)) as pool, ThreadPoolExecutor(3) as threads:
        assert good(pool)
        (pid,) = pool.pids()
        asked = [threads.submit(kind_of, pool, ENDLESS) for _ in range(3)]
        wait_until(lambda: pool.pids() == (), "the worker is at work")

        pool.close()

        ended = [asking.exception() for asking in asked]
        assert [type(error) for error in ended if error] == [Unavailable, Unavailable]
        assert gone(pid)


def test_the_engine_is_loaded_in_workers_only() -> None:
    code = "import sys, decoders.javascript.installed; sys.exit('_quickjs' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("source", [HOLDS_TEMPERATURE, ENDLESS], ids=["idle", "at work"])
def test_workers_end_when_their_parent_is_killed(source: str) -> None:
    parent = f"""
from decoders.javascript.codec import run
from decoders.javascript.limits import Limits
from decoders.javascript.pool import Pool
from smartregion.clock import SystemClock
from tests.decoders.javascript.world import FRAME, HOLDS_TEMPERATURE, make_codec
pool = Pool(SystemClock(), workers=1, limits=Limits(seconds=30.0, deadline=3.0))
run(make_codec(HOLDS_TEMPERATURE), pool, FRAME)
print(*pool.pids(), flush=True)
run(make_codec({source!r}), pool, FRAME)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.kill()
    wait_until(lambda: gone(pid), "the worker ended, too")


def test_a_worker_has_nothing_of_ours() -> None:
    os.environ["SMARTREGION_TEST_KEY"] = "secret"
    inherited = os.open(__file__, os.O_RDONLY)
    os.set_inheritable(inherited, True)
    try:
        with pool_of() as pool:
            assert good(pool)
            (pid,) = pool.pids()
            environment = Path(f"/proc/{pid}/environ").read_bytes()
            assert b"secret" not in environment
            assert b"TZ=UTC" in environment
            assert names_in(f"/proc/{pid}/fd") == {"0", "1", "2"}
            assert os.getpgid(pid) == pid
            assert resource.prlimit(pid, resource.RLIMIT_AS)[1] == Limits().process_memory
            assert resource.prlimit(pid, resource.RLIMIT_FSIZE) == (0, 0)
            assert resource.prlimit(pid, resource.RLIMIT_NOFILE) == (3, 3)
            assert len(names_in(f"/proc/{pid}/task")) == 1
    finally:
        del os.environ["SMARTREGION_TEST_KEY"]
        os.close(inherited)


def test_contexts_are_fresh_unless_the_codec_asks_for_one_of_its_own(pool: Pool) -> None:
    counts = "var n = 0; function decodeUplink() { Array.prototype.mine = ++n; return {data: {n}}; }"

    def three(*, reuse: bool) -> list[object]:
        outputs = [run(make_codec(counts, reuse=reuse), pool, FRAME) for _ in range(3)]
        return [output.data and output.data["n"] for output in outputs]

    assert three(reuse=False) == [1, 1, 1]
    assert three(reuse=True) == [1, 2, 3]


def test_a_context_in_which_something_failed_is_not_used_again() -> None:
    source = "var n = 0; function decodeUplink(i) { n++; if (i.fPort === 9) throw 'x'; return {data: {n}}; }"
    codec = make_codec(source, reuse=True)
    with pool_of() as pool:
        assert run(codec, pool, FRAME).data == {"n": 1}
        with pytest.raises(Failed):
            run(codec, pool, FRAME._replace(f_port=9))
        assert run(codec, pool, FRAME).data == {"n": 1}
