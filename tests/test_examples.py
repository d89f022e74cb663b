"""The examples in Python of the README and of docs/engine.md run as they stand."""

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]
from singing_pager import perform
from singing_pager.sinks.sound.files import SoundFileError

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/engine.md")
EXAMPLES = [
    pytest.param(text, page, id=f"{page}-{number}")
    for page in PAGES
    for number, text in enumerate(re.findall(r"(?ms)^```python\n(.*?)^```", (ROOT / page).read_text()))
]


@pytest.mark.parametrize(("text", "page"), EXAMPLES)
def test_an_example_runs(text: str, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example runs in a folder of its own; each file that it writes sounds, and those of the README write some."""
    monkeypatch.chdir(tmp_path)
    exec(compile(text, page, "exec"), {"__name__": "__main__"})  # noqa: S102 - our own documentation
    files = list(tmp_path.iterdir())
    for file in files:
        samples, _ = soundfile.read(file)
        assert np.abs(samples).max() > 0.003, file.name
        assert f'"{file.name}"' in text
    assert files or page != "README.md"


def test_there_are_examples() -> None:
    """The check above is not passed by an empty list."""
    assert {f"{page}-0" for page in PAGES} <= {example.id for example in EXAMPLES}
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("suffix", [".mp3", ""])
def test_the_name_says_the_format(suffix: str, tmp_path: Path) -> None:
    """A format that is not known is told before anything is rendered."""
    with pytest.raises(SoundFileError, match=r"allowed: \.wav, \.flac, \.ogg, \.opus"):
        perform.write_values([], tmp_path / f"x{suffix}")


def test_values_have_their_length(tmp_path: Path) -> None:
    """As long as the values last, and 3 s."""
    path = tmp_path / "values.wav"
    values = {"cpu": 0.5, "network": 0.0, "memory": 0.5, "anomaly": 0.0}
    perform.write_values([values] * 4, str(path), interval=0.5)
    assert pytest.approx(5.0, abs=0.01) == soundfile.info(path).duration
