"""The project that the tests of commands run in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.project import Project, small


@pytest.fixture
def project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    """Return a small project in an empty folder."""
    return small(tmp_path, capsys)
