"""Settings that hold for every test."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# The same examples in every run, and no limit on seconds: a shared machine may be slow, an answer may not change.
settings.register_profile(
    "symness", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("symness")
