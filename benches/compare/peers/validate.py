"""validate.py ENGINE SCHEMA (--lines FILE | FILE...): checks requests as a Python program would.

The schema is compiled once, every error is collected. Prints which are bad: file names, or the
numbers of lines. ENGINE: jsonschema-rs, jsonschema, pydantic, json or orjson (these two only parse).
"""

import json
import sys
from pathlib import Path


def schema_of(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def parser_of_orjson(_):
    import orjson

    return lambda text: not isinstance(orjson.loads(text), dict)


def parser_of_json(_):
    return lambda text: not isinstance(json.loads(text), dict)


def jsonschema_rs(path):
    import jsonschema_rs
    import orjson

    validator = jsonschema_rs.validator_for(schema_of(path))
    return lambda text: bool(list(validator.iter_errors(orjson.loads(text))))


def jsonschema(path):
    from jsonschema import validators

    schema = schema_of(path)
    validator = validators.validator_for(schema)(schema)
    return lambda text: bool(list(validator.iter_errors(json.loads(text))))


def pydantic(path):
    from pydantic import TypeAdapter, ValidationError

    adapter = TypeAdapter(model_of(schema_of(path), "Request"))

    def check(text):
        try:
            adapter.validate_json(text)
        except ValidationError:
            return True
        return False

    return check


PLAIN = {"string": str, "integer": int, "number": float, "boolean": bool, "null": type(None)}


def model_of(schema, name):
    """The type that a schema describes, of the words that the profile `types` has."""
    from typing import Annotated, Any, Literal, Optional, Union

    from pydantic import ConfigDict, Field, create_model

    if "anyOf" in schema:
        return Union[tuple(model_of(each, name) for each in schema["anyOf"])]
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    types = schema.get("type", "any")
    types = types if isinstance(types, list) else [types]
    kind = next((it for it in types if it != "null"), "null")
    if kind == "object":
        required = schema.get("required", [])
        fields = {}
        for key, value in schema.get("properties", {}).items():
            made = model_of(value, f"{name}_{key}")
            fields[key] = (made, ...) if key in required else (Optional[made], None)
        made = create_model(name, __config__=ConfigDict(strict=True, extra="ignore"), **fields)
    elif kind == "array":
        made = list[model_of(schema.get("items", {}), f"{name}_item")]
        limits = Field(min_length=schema.get("minItems"), max_length=schema.get("maxItems"))
        made = Annotated[made, limits]
    elif kind == "any":
        made = Any
    elif kind == "null":
        made = None
    elif kind == "string":
        limits = {"min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"}
        made = Annotated[str, Field(**{to: schema[it] for to, it in limits.items() if it in schema})]
    else:
        limits = {"ge": "minimum", "le": "maximum"}
        limits = {to: schema[it] for to, it in limits.items() if it in schema}
        made = Annotated[PLAIN[kind], Field(strict=True, **limits)]
    return Optional[made] if "null" in types else made


ENGINES = {
    "jsonschema-rs": jsonschema_rs,
    "jsonschema": jsonschema,
    "pydantic": pydantic,
    "json": parser_of_json,
    "orjson": parser_of_orjson,
}


def main():
    engine, schema, *inputs = sys.argv[1:]
    is_bad = ENGINES[engine](schema)
    if inputs[0] == "--lines":
        with open(inputs[1], "rb") as lines:
            bad = [str(number) for number, line in enumerate(lines, 1) if is_bad(line)]
    else:
        bad = [path for path in inputs if is_bad(Path(path).read_bytes())]
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
