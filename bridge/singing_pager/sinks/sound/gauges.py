"""The built-in engine's metrics, read at each scrape: proof that sound left, or of its absence."""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from singing_pager.sinks.sound.stats import Outlet, Stats

__all__ = ["SoundMetrics"]


class SoundMetrics(Collector):
    """Collects what `stats` says.

    Args:
        stats: Gives the numbers; None: there is no built-in engine, and every family is empty.
    """

    def __init__(self, stats: Callable[[], Stats] | None) -> None:
        self._stats = stats

    def describe(self) -> Iterator[Metric]:
        """Give the families without asking the engine."""
        return _families(None)

    def collect(self) -> Iterator[Metric]:
        """Give the families as they are now."""
        return _families(None if self._stats is None else self._stats())


def _families(stats: Stats | None) -> Iterator[Metric]:
    outlet = GaugeMetricFamily(
        "bridge_sound_outlet", "1 for where the built-in engine's sound goes.", labels=["outlet"]
    )
    frames = CounterMetricFamily("bridge_sound_frames", "Frames that the built-in engine rendered.")
    render_age = GaugeMetricFamily("bridge_sound_render_age_seconds", "Time since the built-in engine last rendered.")
    callback_age = GaugeMetricFamily("bridge_sound_callback_age_seconds", "Time since the sound card last asked.")
    peak = GaugeMetricFamily("bridge_sound_peak_ratio", "Peak of the last second, full scale 1.")
    rms = GaugeMetricFamily("bridge_sound_rms_ratio", "RMS level of the last second, full scale 1.")
    listeners = GaugeMetricFamily("bridge_sound_listeners", "Listeners of the live stream.")
    failures = CounterMetricFamily("bridge_sound_failures", "Faults of the built-in engine or of an outlet.")
    if stats is not None:
        for place in Outlet:
            outlet.add_metric([place], place is stats.outlet)
        frames.add_metric([], stats.frames)
        if isfinite(stats.render_age):
            render_age.add_metric([], stats.render_age)
        if stats.callback_age is not None:
            callback_age.add_metric([], stats.callback_age)
        peak.add_metric([], stats.now.peak)
        rms.add_metric([], stats.now.rms)
        listeners.add_metric([], stats.listeners)
        failures.add_metric([], stats.failures)
    yield from (outlet, frames, render_age, callback_age, peak, rms, listeners, failures)
    underruns, cut, dropped, ignored = (
        ({}, {}, {}, {}) if stats is None else (stats.underruns, stats.cut, stats.dropped, stats.ignored)
    )
    yield _counter("underruns", "Gaps in the sound, by what they come from.", "cause", underruns)
    yield _counter("listeners_dropped", "Listeners that were dropped.", "reason", cut)
    yield _counter("cues_dropped", "Struck cues that did not sound, and why.", "reason", dropped)
    yield _counter("ignored", "Commands that the engine could not carry out.", "reason", ignored)


def _counter(name: str, about: str, label: str, counted: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"bridge_sound_{name}", about, labels=[label])
    for value, number in counted.items():
        family.add_metric([value], number)
    return family
