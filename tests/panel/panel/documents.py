"""The requests of the fixtures that every JSON reader takes for the same value."""

import base64
import json
import re

FOLDERS = ["fixtures/requests", "fixtures/realistic", "fixtures/pages/requests"]
LARGEST = 2**53


class Unlike(ValueError):
    """A text that two readers may read as two values, or not at all."""


def pairs(items):
    keys = [key for key, _ in items]
    if len(set(keys)) < len(keys):
        raise Unlike("a key written twice")
    return dict(items)


def number(text):
    value = float(text)
    if abs(value) == float("inf"):
        raise Unlike("a number beyond a double")
    return value


def constant(text):
    raise Unlike(f"{text} is no JSON")


def read(data):
    """The value of a text."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=pairs, parse_float=number, parse_constant=constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise Unlike("a lone surrogate") from None
    except UnicodeDecodeError:
        raise Unlike("no UTF-8") from None
    except json.JSONDecodeError:
        raise Unlike("no JSON") from None
    except RecursionError:
        raise Unlike("too deep") from None
    if isinstance(value, list):
        raise Unlike("a list, which the command takes for requests, one an item")
    return text, value


def collect(root):
    """Path, text and value of each, and why the others are left out."""
    taken, left = [], {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.json")):
            try:
                taken.append((path, *read(path.read_bytes())))
            except Unlike as why:
                left[str(why)] = left.get(str(why), 0) + 1
    return taken, left


def at(value, pointer):
    """The value at a JSON Pointer, if there is one."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def is_base64(text):
    """RFC 4648, section 4."""
    if not isinstance(text, str) or not re.fullmatch("[A-Za-z0-9+/]+={0,2}", text):
        return False
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False
