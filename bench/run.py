"""Every benchmark, one after the other, each beside its baseline; docs/performance.md has the figures of one run."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Run them."""
    # the benchmarks start the same real broker as the tests
    env = {**os.environ, "PYTHONPATH": str(HERE.parent / "tests" / "real")}
    for name in (
        "latency.py",
        "storm.py",
        "siege.py",
        "mqtt.py",
        "synth.py",
        "live.py",
        "host.py",
        "durable.py",
        "tab.py",
    ):
        subprocess.run([sys.executable, str(HERE / name)], env=env, check=True)
        print()


if __name__ == "__main__":
    main()
