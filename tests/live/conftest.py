"""Settings with the real embedded model."""

from pathlib import Path

import pytest

from interviewer.settings import Settings


@pytest.fixture
def settings(weights: Path, tmp_path: Path) -> Settings:
    """Settings with the real model and a data folder of the test's own."""
    return Settings(cache_dir=weights.parent, data_dir=tmp_path)
