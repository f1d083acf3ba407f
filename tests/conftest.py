"""For all tests: where a run must be repeatable, Hypothesis draws the same examples each time."""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")
