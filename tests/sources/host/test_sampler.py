"""What the sampler makes of what psutil gives: of a machine made of paper, and of this one."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from math import isfinite, nan
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psutil
import pytest
from singing_pager.sources.host.sampler import Sampler


class Times(NamedTuple):
    """What a core did, in seconds, as Linux tells it."""

    user: float = 0.0
    system: float = 0.0
    idle: float = 0.0
    iowait: float = 0.0
    guest: float = 0.0
    guest_nice: float = 0.0


def nic(received: int, sent: int, errors: int = 0) -> SimpleNamespace:
    """Make an interface's counters; a packet holds 100 bytes."""
    return SimpleNamespace(
        bytes_recv=received,
        bytes_sent=sent,
        packets_recv=received // 100,
        packets_sent=sent // 100,
        errin=errors,
        errout=0,
        dropin=0,
        dropout=0,
    )


def paper(**functions: Any) -> Any:  # noqa: ANN401 - stands for a module
    """Make a psutil that has these functions only; each gives the same whatever it is asked."""
    given = {name: lambda *_args, _value=value, **_options: _value for name, value in functions.items()}
    return SimpleNamespace(**given)


def sampled(first: Any, second: Any, seconds: float = 2.0, *, loopback: bool = False) -> dict[str, float]:  # noqa: ANN401
    """Sample one machine of paper, and so much later another that took its place."""
    machine = SimpleNamespace(**vars(first))
    sampler = Sampler(psutil=machine, loopback=loopback)
    sampler.sample(1_000.0)
    vars(machine).update(vars(second))
    return sampler.sample(1_000.0 + seconds)


def test_a_machine_that_has_nothing_has_no_streams(caplog: pytest.LogCaptureFixture) -> None:
    """What psutil does not have here is absent, said once each, and stops nothing."""
    caplog.set_level(logging.INFO)
    sampler = Sampler(psutil=SimpleNamespace())
    assert [{}, {}, {}] == [sampler.sample(at) for at in (0.0, 0.1, 100.0)]
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == len(set(said)) == 12
    assert "no fans: AttributeError: 'types.SimpleNamespace' object has no attribute 'sensors_fans'" in said


@pytest.mark.parametrize(
    ("function", "nothing"),
    [
        ("disk_io_counters", None),
        ("net_io_counters", {}),
        ("sensors_temperatures", {}),
        ("sensors_fans", {}),
        ("sensors_battery", None),
        ("cpu_freq", None),
        ("disk_partitions", []),
        ("swap_memory", SimpleNamespace(total=0, used=0)),
    ],
)
def test_what_is_empty_is_absent(function: str, nothing: object, caplog: pytest.LogCaptureFixture) -> None:
    """Where psutil answers with nothing there is no stream, and that is said once."""
    caplog.set_level(logging.INFO)
    sampler = Sampler(psutil=paper(**{function: nothing}))
    assert [{}] * 4 == [sampler.sample(at) for at in (0.0, 10.0, 20.0, 30.0)]
    assert 1 == sum(record.getMessage().endswith("not here") for record in caplog.records)


@pytest.mark.parametrize(
    ("functions", "expected"),
    [
        (
            {"virtual_memory": SimpleNamespace(available=25, total=100)},
            {"host.memory": 0.75},
        ),
        (
            {"swap_memory": SimpleNamespace(total=8, used=2)},
            {"host.swap": 0.25},
        ),
        (
            {"getloadavg": (3.0, 2.0, 1.0), "cpu_count": 4},
            {"host.load.1": 3.0, "host.load.5": 2.0, "host.load.15": 1.0, "host.load": 0.75},
        ),
        (
            {"pids": [1, 2, 77]},
            {"host.processes": 3.0},
        ),
        (
            {
                "sensors_temperatures": {
                    "coretemp": [SimpleNamespace(current=41.0), SimpleNamespace(current=55.5)],
                    "ACPI tz": [SimpleNamespace(current=27.8)],
                    "broken": [SimpleNamespace(current=None), SimpleNamespace(current=nan)],
                }
            },
            {"host.temperature.acpi_tz": 27.8, "host.temperature.coretemp": 55.5},
        ),
        (
            {
                "sensors_fans": {
                    "applesmc": [SimpleNamespace(label="Left", current=2000), SimpleNamespace(label="", current=0)],
                    "thinkpad": [SimpleNamespace(label="", current=3100)],
                }
            },
            {"host.fan.applesmc_left": 2000.0, "host.fan.applesmc_1": 0.0, "host.fan.thinkpad": 3100.0},
        ),
        (
            {"sensors_battery": SimpleNamespace(percent=40, power_plugged=False)},
            {"host.battery": 0.4, "host.battery.plugged": 0.0},
        ),
        (
            {"sensors_battery": SimpleNamespace(percent=40, power_plugged=None)},
            {"host.battery": 0.4},
        ),
        (
            {"cpu_freq": SimpleNamespace(current=2400.0)},
            {"host.frequency": 2.4e9},
        ),
    ],
)
def test_each_sensor_has_its_unit(functions: dict[str, object], expected: dict[str, float]) -> None:
    """Shares are 0 to 1, temperatures °C, fans rpm, frequencies Hz; the hottest sensor speaks for its chip."""
    assert expected == pytest.approx(Sampler(psutil=paper(**functions)).sample(0.0))


def test_cpu_is_what_was_worked_between_two_samples() -> None:
    """The total is that of all cores; waiting for a disk is no work, and what guests get is not counted twice."""
    first = paper(cpu_times=[Times(user=10, idle=10), Times(user=5, idle=20)])
    second = paper(cpu_times=[Times(user=12, idle=10, guest=2, system=2), Times(user=5, idle=23, iowait=1)])
    expected = {"host.cpu": 0.5, "host.cpu.busiest": 1.0, "host.cpu.0": 1.0, "host.cpu.1": 0.0}
    assert expected == sampled(first, second)


@pytest.mark.parametrize(
    "second",
    [
        [Times(user=10, idle=10)],
        [Times(user=10, idle=10), Times(user=5, idle=20)],
        [Times(user=9, idle=9), Times(user=4, idle=19)],
    ],
    ids=["a core is gone", "no time has passed", "the times went back"],
)
def test_cpu_without_a_difference_is_absent(second: list[Times]) -> None:
    """Where there is nothing to compare there is no share."""
    first = paper(cpu_times=[Times(user=10, idle=10), Times(user=5, idle=20)])
    assert {} == sampled(first, paper(cpu_times=second))


def test_traffic_is_that_of_all_interfaces() -> None:
    """Rates are per second, both ways together and each alone; loopback counts only if it is asked for."""
    first = paper(net_io_counters={"eth0": nic(1_000, 0), "wlan0": nic(0, 0), "lo": nic(0, 0)})
    second = paper(net_io_counters={"eth0": nic(5_000, 2_000, 4), "wlan0": nic(400, 0), "lo": nic(9_000, 9_000)})
    expected = {
        "host.network": 3_200.0,
        "host.network.received": 2_200.0,
        "host.network.sent": 1_000.0,
        "host.network.packets": 32.0,
        "host.network.errors": 2.0,
    }
    assert expected == sampled(first, second)
    assert sampled(first, second, loopback=True)["host.network"] == 12_200.0


@pytest.mark.parametrize(
    ("expected", "second"),
    [
        (500.0, {"eth0": nic(2_000, 0)}),
        (500.0, {"eth0": nic(2_000, 0), "tun0": nic(5, 0)}),
        (500.0, {"eth0": nic(2_000, 0), "tun0": nic(9_999, 0), "new": nic(10**9, 0)}),
        (None, {"eth0": nic(7, 0), "new": nic(10**9, 0)}),
        (None, {}),
    ],
    ids=["one is gone", "one was reset", "one is new", "all were reset", "all are gone"],
)
def test_counters_that_begin_again_make_no_rate(expected: float | None, second: dict[str, object]) -> None:
    """An interface that is gone, new or reset counts for nothing once; a rate is never negative, nor absurd."""
    first = {"eth0": nic(1_000, 0), "tun0": nic(9_999, 0)}
    found = sampled(paper(net_io_counters=first), paper(net_io_counters=second))
    assert expected == found.get("host.network")


def test_disks_have_rates() -> None:
    """Bytes per second; a counter that went back gives none."""
    first = paper(disk_io_counters=SimpleNamespace(read_bytes=1_000, write_bytes=0))
    second = paper(disk_io_counters=SimpleNamespace(read_bytes=1_600, write_bytes=400))
    assert sampled(first, second) == {"host.disk.read": 300.0, "host.disk.write": 200.0}
    assert sampled(second, first) == {}


def test_a_device_is_one_disk_however_often_it_is_mounted() -> None:
    """The shortest mount names the disk; images that are always full are left out, and so is what may not be seen."""

    def part(device: str, mountpoint: str, fstype: str = "ext4") -> SimpleNamespace:
        return SimpleNamespace(device=device, mountpoint=mountpoint, fstype=fstype)

    def usage(mountpoint: str) -> SimpleNamespace:
        if mountpoint == "/secret":
            raise PermissionError(13, "Permission denied")
        return SimpleNamespace(percent={"/": 30.0, "/srv/data": 95.0}[mountpoint])

    parts = [
        part("/dev/a", "/etc/hosts"),
        part("/dev/a", "/"),
        part("/dev/b", "/srv/data"),
        part("/dev/c", "/secret"),
        part("/dev/loop1", "/snap/core", "squashfs"),
    ]
    machine = SimpleNamespace(disk_partitions=lambda **_: parts, disk_usage=usage)
    assert {"host.disk.usage.root": 0.3, "host.disk.usage.srv_data": 0.95} == Sampler(psutil=machine).sample(0.0)


def test_names_are_bounded() -> None:
    """However many cores, chips, fans and disks there are, the streams are not more than these."""
    many = range(500)
    parts = [SimpleNamespace(device=f"d{place}", mountpoint=f"/m{place}", fstype="ext4") for place in many]
    sensors = {"chip" * 20 + str(place): [SimpleNamespace(label="", current=1.0)] for place in many}
    fans = {"chip": [SimpleNamespace(label=f"{place}", current=1.0) for place in many]}
    first = paper(
        cpu_times=[Times(user=1)] * 500,
        sensors_temperatures=sensors,
        sensors_fans=fans,
        disk_partitions=parts,
        disk_usage=SimpleNamespace(percent=1.0),
    )
    found = sampled(first, paper(cpu_times=[Times(user=2)] * 500), seconds=10.0)
    counts = [sum(name.startswith(f"host.{kind}") for name in found) for kind in ("cpu", "fan", "disk")]
    assert [66, 16, 8] == counts
    assert max(map(len, found)) < 60


def test_what_is_slow_is_asked_seldom() -> None:
    """In ten seconds at the default interval, each function is asked as often as its cadence says."""
    asked: dict[str, int] = {}

    def counting(name: str) -> Callable[..., None]:
        def function(*_args: object, **_options: object) -> None:
            asked[name] = asked.get(name, 0) + 1

        return function

    names = ["cpu_times", "net_io_counters", "virtual_memory", "disk_io_counters", "pids", "sensors_battery"]
    machine = paper(pids=[], sensors_battery=None, disk_io_counters=None, net_io_counters={}, cpu_times=[])
    machine.virtual_memory = lambda: SimpleNamespace(total=2, available=1)
    for name in names:
        answer = getattr(machine, name)
        count = counting(name)
        setattr(machine, name, lambda *_a, _answer=answer, _count=count, **_o: (_count(), _answer())[1])
    sampler = Sampler(psutil=machine)
    for step in range(100):
        sampler.sample(step * 0.1)
    assert [100, 100, 50, 50, 10, 2] == [asked[name] for name in names]


def test_a_value_that_is_not_finite_is_absent() -> None:
    """NaN never leaves the sampler."""
    machine = paper(virtual_memory=SimpleNamespace(available=nan, total=1.0))
    assert {} == Sampler(psutil=machine).sample(0.0)


def settled(sampler: Sampler, seconds: float = 1.0) -> dict[str, float]:
    """Sample this machine over so many seconds."""
    sampler.sample(time.monotonic())
    time.sleep(seconds)
    return sampler.sample(time.monotonic())


@pytest.fixture
def busy() -> Iterator[None]:
    """Keep every core of this machine busy, by processes that end by themselves."""
    work = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
    children = [subprocess.Popen([sys.executable, "-c", work]) for _ in range(os.cpu_count() or 1)]
    yield
    for child in children:
        child.kill()
        child.wait()


def test_this_machine_has_a_cpu_and_memory() -> None:
    """What every machine has is here, in its range, and everything is finite."""
    found = settled(Sampler(), 0.3)
    assert 0 <= found["host.cpu"] <= 1
    assert 0 < found["host.memory"] < 1
    assert all(map(isfinite, found.values()))


@pytest.mark.usefixtures("busy")
def test_work_is_seen() -> None:
    """Processes that do nothing but work raise `host.cpu`."""
    found = settled(Sampler())
    assert found["host.cpu"] > 0.6
    assert found["host.cpu.busiest"] > 0.8


def test_traffic_is_seen() -> None:
    """Bytes that this process sends to itself are traffic where loopback counts."""
    sampler = Sampler(loopback=True)
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as sender:
        receiver, _ = server.accept()
        with receiver:
            sampler.sample(begun := time.monotonic())
            sent = 0
            for _ in range(200):
                sender.sendall(bytes(20_000))
                left = 20_000
                while left:
                    left -= len(receiver.recv(left))
                sent += 20_000
            found = sampler.sample(ended := time.monotonic())
    if psutil.net_io_counters(pernic=True):
        assert found["host.network"] * (ended - begun) >= sent
    else:
        assert "host.network" not in found


def test_writing_is_seen(tmp_path: Path) -> None:
    """What is written to disks is what the machine shows of it; where it shows none, there is no such stream."""

    def shown() -> int:
        counted = psutil.disk_io_counters()
        return counted.write_bytes if counted else 0

    sampler = Sampler()
    most = shown()
    sampler.sample(begun := time.monotonic())
    least = shown()
    with (tmp_path / "noise").open("wb") as file:
        file.write(os.urandom(8_000_000))
        file.flush()
        os.fsync(file.fileno())
    time.sleep(max(0.0, begun + 0.3 - time.monotonic()))
    least = shown() - least
    found = sampler.sample(ended := time.monotonic())
    most = shown() - most
    assert ("host.disk.write" in found) is (psutil.disk_io_counters() is not None)
    assert least <= found.get("host.disk.write", 0.0) * (ended - begun) + 1 <= most + 2


def test_memory_that_is_taken_is_seen() -> None:
    """A block of 1 % of the memory raises `host.memory` by about as much, unless others give up theirs meanwhile."""

    def rise() -> float:
        sampler = Sampler()
        before = sampler.sample(0.0)["host.memory"]
        block = b"\1" * (psutil.virtual_memory().total // 100)
        after = sampler.sample(1.0)["host.memory"]
        del block
        return after - before

    assert any(rise() > 0.005 for _ in range(5))
