"""What a payload says: JSON where it is JSON, else text."""

import msgspec

from singing_pager.errors import BodyError

__all__ = ["LONGEST", "decode"]

LONGEST = 64 * 1024
"""Longest payload that is read, in bytes: a value or an alert is far shorter."""

_JSON_ONLY = b'{["'


def decode(payload: bytes) -> object:
    """Read a payload: a number, an object, an array, a string, a bool, null; else its text, such as `93%` or `ON`.

    Raises:
        BodyError: It is too long, not UTF-8, nested too deeply, or begins as JSON and is none.
    """
    if len(payload) > LONGEST:
        raise BodyError(f"{len(payload)} bytes are more than {LONGEST}")
    try:
        return msgspec.json.decode(payload)
    except msgspec.ValidationError as wrong:
        raise BodyError(str(wrong)) from None
    except msgspec.DecodeError as wrong:
        return _text(payload, wrong)
    except UnicodeDecodeError as wrong:
        raise BodyError(f"not UTF-8: {wrong}") from None
    except RecursionError:
        raise BodyError("nested too deeply") from None


def _text(payload: bytes, wrong: msgspec.DecodeError) -> str:
    try:
        text = payload.decode()
    except UnicodeDecodeError as fault:
        raise BodyError(f"not UTF-8: {fault}") from None
    # What begins as JSON was meant as JSON: half an object must not pass for a device's word.
    if payload.lstrip()[:1] in _JSON_ONLY and payload.strip():
        raise BodyError(str(wrong)) from None
    if "\0" in text:
        raise BodyError("neither JSON nor text: there is a NUL in it")
    return text
