"""Logs reach whoever listens to standard error now."""

import io
import sys

import pytest

from smartregion import logs


def test_a_standard_error_that_is_gone_is_not_written_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", gone)
        logs.configure()
    gone.close()

    logs.get("test").warning("still told")

    assert "still told" in capsys.readouterr().err
