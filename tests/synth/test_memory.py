"""Memory that is used again."""

import platform
import resource

import numpy as np
from singing_pager.synth import memory


def test_large_arrays_are_not_faulted_in_anew() -> None:
    """Where the C library is glibc, arrays that come and go cost no page faults after the first ones."""
    assert memory.hold() is (platform.libc_ver()[0] == "glibc")
    if memory.hold():
        for _ in range(3):
            _churn()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        _churn()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 1000


def _churn() -> None:
    for _ in range(100):
        kept = [np.ones(1 << 17, np.float32) for _ in range(10)]
        del kept
