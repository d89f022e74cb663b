"""The built-in engine in Prometheus' words."""

from math import inf

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from singing_pager.sinks.sound.gauges import SoundMetrics
from singing_pager.sinks.sound.meter import Levels
from singing_pager.sinks.sound.stats import Outlet, Stats

STATS = Stats(
    outlet=Outlet.STREAM,
    frames=48_000,
    render_age=0.01,
    underruns={"card": 1, "engine": 2, "stream": 3},
    callback_age=None,
    now=Levels(0.5, 0.25),
    ever=Levels(0.9, 0.3),
    listeners=2,
    cut={"slow": 4},
    dropped={"offline": 5},
    ignored={"bad_packet": 6},
    failures=7,
)


def exposed(stats: Stats | None) -> dict[str, float]:
    """Scrape, and give every sample by its name and labels."""
    registry = CollectorRegistry()
    registry.register(SoundMetrics(None if stats is None else lambda: stats))
    text = generate_latest(registry).decode()
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_everything_is_shown() -> None:
    """Each number has its metric."""
    assert exposed(STATS) == {
        "bridge_sound_outlet card": 0.0,
        "bridge_sound_outlet stream": 1.0,
        "bridge_sound_outlet file": 0.0,
        "bridge_sound_outlet rest": 0.0,
        "bridge_sound_frames_total": 48_000.0,
        "bridge_sound_render_age_seconds": 0.01,
        "bridge_sound_peak_ratio": 0.5,
        "bridge_sound_rms_ratio": 0.25,
        "bridge_sound_listeners": 2.0,
        "bridge_sound_failures_total": 7.0,
        "bridge_sound_underruns_total card": 1.0,
        "bridge_sound_underruns_total engine": 2.0,
        "bridge_sound_underruns_total stream": 3.0,
        "bridge_sound_listeners_dropped_total slow": 4.0,
        "bridge_sound_cues_dropped_total offline": 5.0,
        "bridge_sound_ignored_total bad_packet": 6.0,
    }


def test_what_there_is_not_is_not_shown() -> None:
    """Ages show once there is a card, and once something has sounded; without an engine there is nothing."""
    card = Stats(Outlet.CARD, 0, inf, {}, 0.5, Levels(0.0, 0.0), Levels(0.0, 0.0))
    shown = exposed(card)
    assert (shown["bridge_sound_callback_age_seconds"], shown["bridge_sound_outlet card"]) == (0.5, 1.0)
    assert "bridge_sound_render_age_seconds" not in shown
    assert exposed(None) == {}


def test_every_family_is_known_beforehand() -> None:
    """What is documented does not hang on what has happened."""
    families = {family.name for family in SoundMetrics(None).describe()}
    assert families == {family.name for family in SoundMetrics(lambda: STATS).collect()}
