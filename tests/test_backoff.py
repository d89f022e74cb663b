"""When to try again."""

from hypothesis import given
from hypothesis import strategies as st
from singing_pager.backoff import full_jitter


@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([30.0, 60.0]))
def test_full_jitter(attempt: int, where: float, cap: float) -> None:
    """The wait is anywhere between nothing and a bound that doubles up to the cap."""
    bounds: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        bounds.append((low, high))
        return low + where * (high - low)

    assert 0 <= full_jitter(attempt, cap=cap, uniform=draw) <= cap
    assert bounds == [(0, min(cap, 0.5 * 2 ** min(attempt, 16)))]


def test_chance_is_used() -> None:
    """Two bridges that lose the same broker do not come back together."""
    assert len({full_jitter(6) for _ in range(20)}) > 1
