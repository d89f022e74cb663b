"""The identity of an alert, as Prometheus and Alertmanager reckon it."""

from collections.abc import Mapping

__all__ = ["fingerprint"]

_OFFSET = 0xCBF29CE484222325
_PRIME = 0x100000001B3
_MASK = 0xFFFFFFFFFFFFFFFF


def fingerprint(labels: Mapping[str, str]) -> str:
    """Reckon the fingerprint of a label set: 16 hexadecimal digits.

    FNV-1a of 64 bits over each name, 0xFF, value, 0xFF in the order of the names, as `LabelSet.Fingerprint` of
    prometheus/common does. A label with an empty value is no label to Alertmanager, and is passed over.

    >>> fingerprint({})
    'cbf29ce484222325'
    """
    # Code points sort as their UTF-8 bytes do, which is how Go sorts them.
    text = b"".join(_bytes(name) + b"\xff" + _bytes(labels[name]) + b"\xff" for name in sorted(labels) if labels[name])
    digest = _OFFSET
    for byte in text:
        digest = (digest ^ byte) * _PRIME & _MASK
    return f"{digest:016x}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
