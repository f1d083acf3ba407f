"""Coverage-guided search for bytes that no part may stumble over: `python -m tests.fuzz [RUNS]`.

What comes from outside is tried: payloads of every decoder, normalized payloads, messages of The Things Stack. It
begins with all vectors, always with the same seed, and ends after so many runs. A find is printed and kept in a file;
the status is then not 0. Atheris is a tool of CI: where there is none for this Python, this says so and ends.
"""

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

RUNS = 300_000
LONGEST = 260
"""Bytes: one more than the longest frame, and what comes before it."""


def main() -> None:
    """Fuzz, or say why not."""
    if find_spec("atheris") is None:
        sys.stderr.write(
            "fuzz: no atheris for this Python or machine; random frames are tested by pytest all the same\n"
        )
        return
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory(prefix="smartregion-fuzz-") as folder:
        _fuzz(Path(folder), runs)


def _fuzz(corpus: Path, runs: int) -> None:
    import atheris

    with atheris.instrument_imports(include=["decoders", "ingest", "smartregion"]):
        from tests.fuzz.targets import seeds, try_one
    sys.stderr.write(f"fuzz: {runs} runs\n")
    for number, seed in enumerate(seeds()):
        (corpus / f"{number:05}").write_bytes(seed)
    options = [
        f"-atheris_runs={runs}",
        f"-max_len={LONGEST}",
        "-seed=1",
        "-rss_limit_mb=2048",
        "-timeout=10",
        "-verbosity=0",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
