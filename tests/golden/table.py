"""Prints how far the built-in engine is from scsynth: `.venv/bin/python tests/golden/table.py [-k PART] [-v]`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "real")]

from golden.compiled import used  # noqa: E402
from golden.engines import RATE, Recordings, cache, ours  # noqa: E402
from golden.limits import limit  # noqa: E402
from golden.residual import AUDIBLE, parting, residual, rms  # noqa: E402
from golden.scores import CASES, Case  # noqa: E402


def line(case: Case, definitions: Path, recordings: Recordings, *, verbose: bool) -> tuple[bool, str]:
    """Return whether a case is in order, and its line of the table."""
    theirs = recordings.take(case)
    begun = time.perf_counter()
    try:
        mine = ours(case, definitions)
        took = time.perf_counter() - begun
        apart = residual(mine, theirs)
    except Exception as error:  # noqa: BLE001  # whatever it is, the table goes on
        words = str(error).replace(f"{definitions}/", "").partition(", which the built-in engine")[0]
        return False, f"{case.name:34} {type(error).__name__}: {words}"
    good = apart <= limit(case.name)
    text = f"{case.name:34} {apart:8.1f} dB  limit {limit(case.name):4.0f}  {case.seconds / took:6.0f} x"
    if (rms(theirs) < AUDIBLE) is not case.silent:
        good, text = False, text + "  SILENT on scsynth"
    if not good or verbose:
        text += "" if good else "  FAILS"
        apart_at = parting(mine, theirs)
        if apart_at:
            block, within = divmod(apart_at.frame, 64)
            text += (
                f"\n    from frame {apart_at.frame} ({apart_at.frame / RATE:.5f} s, block {block} + {within})"
                f" channel {apart_at.channel}; samples from 2 before:"
                f"\n    ours   {' '.join(f'{value:12.7g}' for value in apart_at.ours)}"
                f"\n    theirs {' '.join(f'{value:12.7g}' for value in apart_at.theirs)}"
            )
    return good, text


def main() -> int:
    """Print the table; return how many cases are not in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", default="", help="only cases whose name has one of these parts, separated by commas")
    parser.add_argument("-v", "--verbose", action="store_true", help="say also where the good ones part")
    parser.add_argument("-f", "--failing", action="store_true", help="print only what is not in order")
    parser.add_argument("--ugens", action="store_true", help="print the UGens in the compiled files instead")
    options = parser.parse_args()
    folder = cache()
    definitions = folder / "synthdefs"
    if options.ugens:
        sys.stdout.write("\n".join(sorted(used(definitions.glob("*.scsyndef")))) + "\n")
        return 0
    recordings = Recordings(folder / "theirs", definitions, CASES)
    chosen = [case for case in CASES if any(part in case.name for part in options.k.split(","))]
    bad = 0
    for case in chosen:
        good, text = line(case, definitions, recordings, verbose=options.verbose)
        bad += not good
        if not (good and options.failing):
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} cases, {bad} not in order\n")
    return bad


if __name__ == "__main__":
    sys.exit(main() > 0)
