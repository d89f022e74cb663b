"""Recurrences are what their formulas say, whichever way they are solved, and a bad value spoils only its own row."""

import numpy as np
import pytest
from singing_pager.synth.recurrence import Reals, first_order, second_order, settled

COEFFICIENTS = {"shared and steady": (1, 1), "steady": (3, 1), "shared": (1, 200), "each its own": (3, 200)}


def plainly(x: Reals, b1: Reals, b2: Reals, y1: Reals, y2: Reals) -> Reals:
    """The formula, sample by sample."""
    b1, b2 = np.broadcast_to(b1, x.shape), np.broadcast_to(b2, x.shape)
    y = np.concatenate([np.broadcast_to(state, (len(x), 1)) for state in (y2, y1)] + [np.zeros_like(x)], axis=1)
    for n in range(x.shape[1]):
        y[:, n + 2] = x[:, n] + b1[:, n] * y[:, n + 1] + b2[:, n] * y[:, n]
    return y[:, 2:]


def some(chance: np.random.Generator, shape: tuple[int, int], low: float, high: float) -> Reals:
    """Values by chance."""
    return chance.uniform(low, high, shape)


@pytest.mark.parametrize("shape", COEFFICIENTS.values(), ids=COEFFICIENTS)
@pytest.mark.parametrize("columns", [1, 2, 200])
def test_a_recurrence_is_its_formula(shape: tuple[int, int], columns: int) -> None:
    """Both orders give what the formula gives, for every shape of coefficients and any length."""
    chance = np.random.default_rng(1)
    x = some(chance, (3, columns), -1, 1)
    shape = (shape[0], min(shape[1], columns))
    b1, b2 = some(chance, shape, -1, 0.5), some(chance, shape, -0.4, 0.4)
    y1, y2 = some(chance, (3, 1), -1, 1), some(chance, (3, 1), -1, 1)
    np.testing.assert_allclose(first_order(x, b1, y1), plainly(x, b1, np.zeros((1, 1)), y1, y2), atol=1e-12)
    np.testing.assert_allclose(second_order(x, b1, b2, y1, y2), plainly(x, b1, b2, y1, y2), atol=1e-12)


def test_it_goes_on_where_it_was() -> None:
    """Two parts, the second begun with what the first left, are the whole."""
    chance = np.random.default_rng(2)
    x, b1, b2 = (some(chance, (2, 500), -0.4, 0.4) for _ in range(3))
    none = np.zeros((1, 1))
    whole = second_order(x, b1, b2, none, none)
    first = second_order(x[:, :123], b1[:, :123], b2[:, :123], none, none)
    second = second_order(x[:, 123:], b1[:, 123:], b2[:, 123:], first[:, -1:], first[:, -2:-1])
    np.testing.assert_allclose(whole, np.concatenate([first, second], axis=1), atol=1e-12)


def test_more_rows_than_fit_in_one_call() -> None:
    """Rows that are solved in several calls are what each is alone."""
    chance = np.random.default_rng(3)
    x, b1 = some(chance, (5, 30_000), -1, 1), some(chance, (5, 1), 0.5, 0.9)
    last = np.zeros((1, 1))
    alone = [first_order(x[row : row + 1], b1[row : row + 1], last) for row in range(5)]
    np.testing.assert_allclose(np.concatenate(alone), first_order(x, b1, last), atol=1e-12)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", COEFFICIENTS.values(), ids=COEFFICIENTS)
def test_a_bad_value_spoils_its_row_until_its_period_ends(bad: float, shape: tuple[int, int]) -> None:
    """Rows beside it are as they were; the row itself begins anew with the next period, as in scsynth."""
    chance = np.random.default_rng(4)
    x, b1 = some(chance, (3, 200), -1, 1), some(chance, shape, 0.1, 0.9)
    last = some(chance, (3, 1), -1, 1)
    good = first_order(x, b1, last)
    x[1, 70] = bad
    with np.errstate(invalid="ignore"):
        found = first_order(x, b1, last)
    np.testing.assert_allclose(good[[0, 2]], found[[0, 2]], atol=1e-12)
    np.testing.assert_allclose(good[1, :70], found[1, :70], atol=1e-12)
    assert not np.isfinite(found[1, 70:128]).any()
    after = np.broadcast_to(b1, x.shape)[1:2, 128:]
    np.testing.assert_allclose(first_order(x[1:2, 128:], after, np.zeros((1, 1)))[0], found[1, 128:], atol=1e-12)


def test_silence_is_silence() -> None:
    """Nothing in, nothing kept: nothing out."""
    none = np.zeros((1, 1))
    assert not second_order(np.zeros((2, 64)), np.full((2, 1), 1.9), np.full((2, 1), -0.99), none, none).any()


def test_what_is_kept_is_neither_dust_nor_thunder() -> None:
    """Memory that is too small, too large or no number is 0; else it stays."""
    state = np.array([[1e-16, -1e-16, 1e16, np.nan, np.inf, 0.5, -2e-15]])
    assert [0, 0, 0, 0, 0, 0.5, -2e-15] == settled(state)[0].tolist()
