"""Why a voice is heard."""

from typing import Any

import pytest
from singing_pager import instruments, score
from singing_pager.core.pipeline import Core
from singing_pager.model import Event, Reload, Test, Tick
from singing_pager.sinks.why import Why
from singing_pager.testing import START, FakeClock, reading

CATALOGUE = instruments.load()
SCORE = """
metrics:
  - name: load
    topic: metrics/+/cpu
    instrument: cpu
    map: {freq: {from: [0, 1], range: [220, 880], warp: exp, scale: minor_pentatonic, root: 220}}
  - topic: disks/#
    path: io.work
    of: mean
    instrument: disk
    map: {density: {from: [0, 20000], range: [0, 20]}}
  - stream: door
    instrument: ambient
    params: {freq: 300}
  - stream: host.signature
    instrument: signature
    map:
      freq: {path: cpu, from: [0, 1], range: [200, 800], warp: exp}
      anomaly: {path: anomaly, from: [0, 1], range: [0, 1]}
"""


class Listening:
    """A core that plays to nobody but the one who asks why."""

    def __init__(self, text: str = SCORE) -> None:
        self.clock = FakeClock()
        self.core = Core(score.resolve(text, "score", CATALOGUE))
        self.why = Why(self.core)

    def hear(self, *events: Event) -> list[dict[str, Any]]:
        """Let things happen, and ask."""
        self.why.play([self.core.feed(event, self.clock()) for event in events])
        return self.views()

    def views(self) -> list[dict[str, Any]]:
        """Ask, of everything but the drone."""
        return [view for view in self.why.views() if view["voice"] != "ambience"]

    def pass_time(self, seconds: int) -> list[dict[str, Any]]:
        """Let seconds pass, one by one, and ask."""
        for _ in range(seconds):
            self.hear(Tick(self.clock.forward(1)))
        return self.views()


def test_a_voice_is_told_whole() -> None:
    """Each voice has its stream, its instrument, what it sounds, its rule, the value and the way between."""
    (view,) = Listening().hear(reading("metrics/pump/cpu", 0.42))
    assert view.pop("params")["freq"] == {"value": pytest.approx(392, abs=1), "units": "Hz"}
    assert view == {
        "voice": "cpu:metrics/pump/cpu",
        "stream": "metrics/pump/cpu",
        "instrument": "cpu",
        "help": CATALOGUE["cpu"].help,
        "priority": "ambience",
        "rule": "load",
        "value": 0.42,
        "at": START,
        "mappings": [
            {
                "parameter": "freq",
                "path": "",
                "value": 0.42,
                "from": [0, 1],
                "range": [220, 880],
                "warp": "exp",
                "scale": "minor_pentatonic",
                "units": "Hz",
            }
        ],
        "why": "cpu: metrics/pump/cpu is 0.42; rule load maps 0–1 to freq 220–880 Hz (exp, minor_pentatonic): 392 Hz",
    }


@pytest.mark.parametrize(
    ("stream", "data", "before", "expected"),
    [
        (
            "disks/a",
            {"io": {"work": 9000}},
            [{"io": {"work": 8000}}],
            "disk: disks/a is 8500 (mean); rule metrics[1] maps 0–20000 to density 0–20 Hz: 8.5 Hz",
        ),
        ("door", "ON", [], "ambient: door is 1; rule metrics[2] plays ambient, freq 300 Hz, vol 0.5"),
        (
            "host.signature",
            {"cpu": 0.5, "anomaly": 0.1},
            [],
            (
                "signature: host.signature; rule metrics[3] maps cpu 0.5 of 0–1 to freq 200–800 Hz (exp): 400 Hz, "
                "anomaly 0.1 of 0–1 to anomaly 0–1: 0.1"
            ),
        ),
        (
            "host.signature",
            {"cpu": 0, "anomaly": 0},
            [],
            (
                "signature: host.signature; rule metrics[3] maps cpu 0 of 0–1 to freq 200–800 Hz (exp): 200 Hz, "
                "anomaly 0 of 0–1 to anomaly 0–1: 0"
            ),
        ),
    ],
)
def test_one_sentence(stream: str, data: object, before: list[object], expected: str) -> None:
    """The sentence tells reductions, paths, several values and rules without a mapping."""
    (view,) = Listening().hear(reading(stream, data, before=before))
    assert expected == view["why"]


def test_the_drone() -> None:
    """The ambience stands for no stream, and says that the pager lives."""
    heard = Listening()
    heard.hear(Tick(START))
    (view,) = heard.why.views()
    assert (view["voice"], view["stream"], view["rule"], view["value"], view["at"]) == ("ambience", "", "", None, None)
    assert view["why"] == "ambient: the ambience of the score, which stands for no stream: the pager lives"


def test_what_is_tried_out() -> None:
    """A voice that somebody tests says so."""
    (view,) = Listening().hear(Test(at=START, by="Ada", instrument="cpu"))
    assert (view["rule"], view["why"]) == ("", "cpu: somebody tries it out; it ends by itself")


def test_the_last_reading_counts() -> None:
    """A reading that sounds as the one before is noted all the same; one without a number is not."""
    heard = Listening()
    heard.hear(reading("metrics/a/cpu", 0.4))
    (same,) = heard.hear(reading("metrics/a/cpu", 0.401, at=START + 1))
    assert (same["value"], same["at"]) == (0.401, START + 1)
    (still,) = heard.hear(reading("metrics/a/cpu", "broken", at=START + 2))
    assert (still["value"], still["at"]) == (0.401, START + 1)


def test_what_has_ended_is_forgotten() -> None:
    """Of a stream that fell silent nothing is kept."""
    heard = Listening()
    assert len(heard.hear(reading("metrics/a/cpu", 0.4), reading("door", 1))) == 2
    assert heard.pass_time(61) == []
    assert vars(heard.why)["_readings"] == {}


def test_a_thousand_streams() -> None:
    """Of streams that find no voice nothing is kept."""
    heard = Listening()
    assert len(heard.hear(*(reading(f"metrics/{number}/cpu", 0.4) for number in range(1000)))) == 4
    assert len(vars(heard.why)["_readings"]) == 4


def test_another_score() -> None:
    """After a reload a voice that goes on is told by the rule of the new score."""
    heard = Listening()
    heard.hear(reading("metrics/a/cpu", 0.4))
    other = score.resolve(SCORE.replace("name: load", "name: other"), "score", CATALOGUE)
    (view,) = heard.hear(Reload(START, other))
    assert (view["rule"], view["value"]) == ("other", 0.4)
