"""The catalogue of instruments, read from `supercollider/instruments.yaml`, which sclang reads too."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from singing_pager.core.instrument import Catalogue, Instrument, Kind, Parameter
from singing_pager.model import Priority
from singing_pager.yamlfile import checked, read

__all__ = ["catalogue_path", "compiled_path", "load"]


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] >= limits[1]:
        raise ValueError(f"range [{limits[0]}, {limits[1]}] does not rise")
    return limits


class _Parameter(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    name: str = Field(pattern=r"^[a-z][A-Za-z0-9_]*$")
    units: str = ""
    range: Annotated[tuple[float, float], AfterValidator(_rising)]
    default: float

    @model_validator(mode="after")
    def _inside(self) -> "_Parameter":
        if not self.range[0] <= self.default <= self.range[1]:
            raise ValueError(f"default {self.default:g} is outside the range {self.range[0]:g} to {self.range[1]:g}")
        return self


class _Instrument(BaseModel):
    model_config = ConfigDict(extra="forbid")

    address: str = Field(pattern=r"^/[a-z][a-z0-9_]*$")
    kind: Kind
    priority: Priority
    severity: str = ""
    help: str = ""
    meaning: str = ""
    parameters: list[_Parameter]


class _Catalogue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    instruments: dict[str, _Instrument]


def _packaged(name: str) -> Path:
    """A file of `supercollider/`: the wheel carries it inside the package, a checkout beside `bridge/`."""
    package = Path(__file__).parent
    carried = package / "supercollider" / name
    return carried if carried.exists() else package.parents[1] / "supercollider" / name


def catalogue_path() -> Path:
    """Where `instruments.yaml` is."""
    return _packaged("instruments.yaml")


def compiled_path() -> Path:
    """Where the compiled SynthDefs are."""
    return _packaged("compiled")


def load(path: Path | None = None) -> Catalogue:
    """Read a catalogue; raises ConfigError that names file, line and key.

    Args:
        path: File to read; None: the one that came with the pager.
    """
    document = checked(_Catalogue, read(path or catalogue_path()))
    return {
        name: Instrument(
            name=name,
            address=entry.address,
            kind=entry.kind,
            priority=entry.priority,
            parameters=tuple(Parameter(p.name, p.units, p.range, p.default) for p in entry.parameters),
            severity=entry.severity,
            help=entry.help,
            meaning=entry.meaning,
        )
        for name, entry in document.instruments.items()
    }
