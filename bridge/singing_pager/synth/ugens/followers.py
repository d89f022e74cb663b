"""How loud a signal is, and a gain that follows from it."""

import numpy as np

from singing_pager.synth.coefficients import periodic
from singing_pager.synth.recurrence import Reals, first_order
from singing_pager.synth.scsyndef import Rate
from singing_pager.synth.unit import BLOCK, Evaluate, Flags, Signal, Unit

__all__ = ["UGENS"]

_LOG1 = np.log(0.1)
_TINY, _HUGE = 1e-15, 1e15


def _amplitude(unit: Unit, signal: Signal, attack: Signal, release: Signal) -> Signal:
    """How large a signal is, quick to rise and slow to fall; an audio input is followed at audio rate at any rate."""
    sizes = np.abs(unit.rowed(unit.whole(signal, unit.rates[0] if unit.rate is Rate.CONTROL else None)))
    sizes = sizes.astype(np.float64)
    up, down = (_factor(unit, time, place, sizes.shape[1]) for place, time in ((1, attack), (2, release)))
    start = np.abs(unit.rowed(unit.built(signal, 0)))
    unit.before = start
    y = _follow(sizes, up, down, unit.recall("last", start))
    unit.keep("last", y[:, -1:])
    if unit.rate is Rate.CONTROL and unit.rates[0] is Rate.AUDIO:
        y = y[:, BLOCK - 1 :: BLOCK]
    return y.astype(np.float32)


def _compander(unit: Unit, signal: Signal, control: Signal, *arguments: Signal) -> Signal:
    """A gain that follows how large another signal is.

    The other arguments: a threshold, how steep it is below and above that (1: as it was), attack and release time.
    """
    sizes = np.abs(unit.rowed(unit.whole(unit.held(control, 1)))).astype(np.float64)
    up, down = (_factor(unit, time, place, sizes.shape[1]) for place, time in enumerate(arguments[3:], 5))
    first = np.abs(unit.rowed(unit.built(control, 1))) * (1 - up[:, :1])
    unit.before = np.zeros((1, 1), np.float32)
    y = _follow(sizes, up, down, unit.recall("last", first))
    unit.keep("last", y[:, -1:])
    knee = [periodic(unit, value, place) for place, value in enumerate(arguments[:3], 2)]
    period = BLOCK if unit.rate is Rate.AUDIO else 1
    gains = _gain(y[:, period - 1 :: period], *knee)
    last = unit.recall("gain", _gain(first, *(value[:, :1] for value in knee)) / period)
    unit.keep("gain", gains[:, -1:])
    starts = np.concatenate([last, gains[:, :-1]], axis=1)
    lines = starts[:, :, None] + (gains - starts)[:, :, None] * (np.arange(period) / period)
    found: Signal = (unit.held(signal, 0) * lines.reshape(len(gains), -1)).astype(np.float32)
    return found


def _gain(sizes: Reals, threshold: Reals, below: Reals, above: Reals) -> Reals:
    under = sizes < threshold
    slope = np.where(under, below, above)
    gain = np.where(slope == 1, 1.0, (sizes / threshold) ** (slope - 1))
    return np.where(under & (gain < _TINY), 0.0, np.where(under & (gain > _HUGE), 1.0, gain))


def _factor(unit: Unit, seconds: Signal, index: int, columns: int) -> Reals:
    """How much of the difference is left after a sample: a tenth of it after so many seconds."""
    times = periodic(unit, seconds, index)
    factor = np.where(times == 0, 0.0, np.exp(_LOG1 / (times * unit.sample_rate))).astype(np.float32).astype(np.float64)
    whole: Reals = factor if factor.shape[1] == 1 else np.repeat(factor, columns // factor.shape[1], axis=1)
    return whole


def _follow(sizes: Reals, up: Reals, down: Reals, last: Reals) -> Reals:
    """Solve y[n] = x[n] + c·(y[n−1] − x[n]) where c is `up` if x has risen above y and `down` if it has not.

    Which it is, is guessed, solved and looked at anew until nothing changes; each time more of it is right.
    """
    rising = np.concatenate([sizes[:, :1] >= last, sizes[:, 1:] >= sizes[:, :-1]], axis=1)
    while True:
        factor = np.where(rising, up, down)
        y = first_order(sizes * (1 - factor), factor, last)
        found: Flags = sizes >= np.concatenate([last, y[:, :-1]], axis=1)
        if (found == rising).all() or not np.isfinite(y[:, -1]).all():
            return y
        rising = found


UGENS: dict[str, Evaluate] = {"Amplitude": _amplitude, "Compander": _compander}
