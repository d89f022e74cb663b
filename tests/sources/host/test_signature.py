"""The machine as one sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singing_pager.sources.host.signature import Signature, traffic


@pytest.mark.parametrize(
    ("expected", "rate"),
    [(0.0, 0.0), (0.0, -5.0), (0.0, 1e3), (0.2, 1e4), (0.4, 1e5), (0.6, 1e6), (1.0, 1e8), (1.0, 1e12)],
)
def test_traffic_is_heard_in_equal_ratios(expected: float, rate: float) -> None:
    """1 kB/s is 0, 100 MB/s is 1, and each factor of ten between them a fifth."""
    assert expected == pytest.approx(traffic(rate))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_traffic_is_always_a_share(rate: float) -> None:
    """Whatever is measured, 0 to 1 comes of it."""
    assert 0 <= traffic(rate) <= 1


def sample(cpu: float = 0.1, network: float = 1e4, disk: float = 0.0) -> dict[str, float]:
    """Make a sample of a machine."""
    return {
        "host.cpu": cpu,
        "host.cpu.busiest": cpu,
        "host.memory": 0.4,
        "host.network": network,
        "host.disk.read": disk,
        "host.disk.write": 0.0,
        "host.jitter": 0.0002,
    }


def test_a_healthy_machine_has_no_anomaly() -> None:
    """Four numbers; nothing is out of the ordinary."""
    signature = Signature()
    found = [signature.update(sample(), step * 0.1) for step in range(1_000)]
    assert {"cpu": 0.1, "network": pytest.approx(0.2), "memory": 0.4, "anomaly": 0.0} == found[-1]
    assert {"cpu": 0, "core": 0, "memory": 0, "network": 0, "disk": 0, "jitter": 0} == signature.anomalies


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("cpu", {"host.cpu": 1.0}),
        ("core", {"host.cpu.busiest": 1.0}),
        ("memory", {"host.memory": 0.7}),
        ("network", {"host.network": 8e7}),
        ("disk", {"host.disk.read": 5e7}),
        ("jitter", {"host.jitter": 0.2}),
    ],
)
def test_the_strangest_part_is_the_anomaly_of_the_whole(part: str, wrong: dict[str, float]) -> None:
    """Each part can raise it within ten seconds, and says that it was the one."""
    signature = Signature()
    for step in range(600):
        signature.update(sample(), step * 0.1)
    found = [signature.update(sample() | wrong, 60 + step * 0.1)["anomaly"] for step in range(100)]
    assert max(found) > 0.6
    assert part == max(signature.anomalies, key=lambda name: signature.anomalies[name])


def test_what_is_unknown_rests_at_nothing() -> None:
    """A part that the machine does not have silences no other; one that is missing keeps its value for 5 s."""
    signature = Signature()
    rest = {"cpu": 0.0, "network": 0.0, "memory": 0.0, "anomaly": 0.0}
    assert rest == signature.update({}, 0.0)
    assert rest | {"memory": 0.5} == signature.update({"host.memory": 0.5}, 1.0)
    assert rest | {"memory": 0.5, "cpu": 0.2} == signature.update({"host.cpu": 0.2}, 5.9)
    assert rest | {"cpu": 0.2} == signature.update({}, 6.1)
    assert {"cpu": 0.0} == signature.anomalies
