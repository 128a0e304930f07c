"""What makes code of the schemas takes them, and the code is taken by its compiler."""

import os
import shutil


def run(bench):
    here = bench.generators / "build"
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir()
    modules = bench.generators / "node_modules"
    codegen = bench.python(bench.generators).parent / "datamodel-codegen"
    document = bench.schemas / "openapi-3.1.json"

    bench.call(["node", modules / "openapi-typescript/bin/cli.js", document, "-o", here / "openapi.ts"])
    python = []
    for name in bench.names:
        schema = bench.schema(name, "types")
        word = name.replace("-", "_")
        bench.call(["node", modules / "json-schema-to-typescript/dist/src/cli.js", schema, here / f"{word}.ts"])
        bench.call([
            codegen, "--input", schema, "--input-file-type", "jsonschema", "--output", here / f"{word}.py",
            "--output-model-type", "pydantic_v2.BaseModel", "--class-name", "Request", "--disable-timestamp",
        ])
        request = bench.root / "fixtures/pages/requests" / f"{name}.json"
        python.append(f"import {word}; {word}.Request.model_validate_json(open({str(request)!r}).read())")
    tsc = modules / "typescript/bin/tsc"
    bench.call(["node", tsc, "--strict", "--noEmit", "--target", "es2022", *sorted(here.glob("*.ts"))])
    print("json-schema-to-typescript, openapi-typescript: tsc takes what they make")
    bench.call([bench.python(bench.generators), "-c", "\n".join(python)], cwd=here)
    print("datamodel-code-generator: its models take the requests of the pages")

    redocly = modules / "@redocly/cli/bin/cli.js"
    rules = bench.generators / "redocly.yaml"
    bench.call(["node", redocly, "lint", "--config", rules, "--max-problems", "20", document], env=quiet())
    print("redocly: no fault in openapi-3.1.json")


def quiet():
    """Without a word to the tool's makers."""
    return os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
