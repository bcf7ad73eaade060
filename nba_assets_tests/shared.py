"""The real data that is kept beside the repository, for the slow tests that read it."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"real data is not there: {SHARED}")
