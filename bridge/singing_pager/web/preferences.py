"""What whoever asks would rather have: the headers Accept and Accept-Encoding (RFC 9110, 12.4.2)."""

import contextlib
from collections.abc import Mapping

__all__ = ["weights"]


def weights(header: str) -> Mapping[str, float]:
    """Read how much each thing is liked, 0 to 1, by its name in small letters; what is named twice, as it is best.

    Args:
        header: Names with their weights; a weight that cannot be read is the greatest.
    """
    liking: dict[str, float] = {}
    for part in header.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                with contextlib.suppress(ValueError):
                    weight = float(parameter[2:])
        if name:
            liking[name] = max(liking.get(name, 0.0), weight)
    return liking
