"""How each program is called, and how its verdict is read: which of the inputs are bad."""

import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
FULL, TYPES = "full", "types"


@dataclass
class Row:
    """A command on a workload."""

    name: str
    words: list
    schema: str = ""
    # Of what it prints, the names or the lines of the bad inputs; None: it gives no verdict.
    bad: object = None
    # A command that tells the verdict, when the one that is timed prints it for people.
    verdict: list = None

    @property
    def key(self):
        return f"{self.name}, {self.schema}" if self.schema else self.name


def found(pattern):
    """Reads verdicts that stand on a line of their own."""
    expression = re.compile(pattern, re.MULTILINE)
    return lambda text: {Path(it).name for it in expression.findall(text)}


def errors_of_ours(text):
    """Reads `--format jsonl`: the files, or of JSON Lines the lines, that have an error."""
    bad = set()
    for line in text.splitlines():
        if '"severity":"error"' not in line:
            continue
        file = re.search(r'"file":"([^"]*)"', line)[1]
        number = re.search(r'"start":\{"line":(\d+)', line)[1]
        bad.add(number if file.endswith(".jsonl") else Path(file).name)
    return bad


class Ours:
    """Our command, and the same linked statically."""

    def __init__(self, dynamic, static):
        self.builds = {"kling-lint": dynamic, "kling-lint, static": static}

    def rows(self, inputs, options=()):
        """A row for each build; `options` are tried one after the other."""
        rows = []
        for option in options or [None]:
            for name, path in self.builds.items():
                if path:
                    words = [path, "--no-config", *(option or "").split(), *inputs]
                    verdict = [path, "--no-config", "--format=jsonl", *inputs]
                    label = f"{name}, {option}" if option else name
                    rows.append(Row(label, words, bad=errors_of_ours, verdict=verdict))
        return rows


class Peers:
    """Programs of others, where they are installed."""

    def __init__(self, folder, schemas):
        self.folder, self.schemas, self.missing = folder, schemas, []
        modules = folder / "node_modules"
        machine = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), "none")
        native = f"@sourcemeta/jsonschema/build/github-releases/jsonschema-{platform.system().lower()}-{machine}"
        self.python = self.have("Python's packages", folder / "venv/bin/python")
        self.check_jsonschema = self.have("check-jsonschema", folder / "venv/bin/check-jsonschema")
        self.jsonschema_cli = self.have("jsonschema-cli", folder / "bin/jsonschema-cli")
        self.boon = self.have("boon", folder / "bin/boon")
        self.sourcemeta = self.have("sourcemeta", modules / native)
        self.shim = self.have("sourcemeta, npm shim", modules / ".bin/jsonschema")
        self.ajv = self.have("ajv-cli", modules / ".bin/ajv")

    def have(self, name, path):
        if path.exists():
            return path
        self.missing.append(name)
        return None

    def schema(self, endpoint, profile):
        return self.schemas / f"kling-{endpoint}.{profile}.json"

    def script(self, name, *words):
        return [self.python, "-I", HERE / "peers" / name, *words]

    def start(self):
        """Starting, and nothing else."""
        rows = [
            ("jsonschema-cli", self.jsonschema_cli, "--version"),
            ("boon", self.boon, "--version"),
            ("sourcemeta", self.sourcemeta, "--version"),
            ("sourcemeta, npm shim", self.shim, "--version"),
            ("ajv-cli", self.ajv, "help"),
            ("check-jsonschema", self.check_jsonschema, "--version"),
        ]
        made = [Row(name, [path, option]) for name, path, option in rows if path]
        if self.python:
            for module in "jsonschema_rs", "pydantic", "jsonschema":
                made.append(Row(f"python, import {module}", [self.python, "-c", f"import {module}"]))
        return made

    def files(self, endpoint, files, shim=False):
        """Files, one request each."""
        rows = []
        for label, profile in (FULL, "2020-12"), (TYPES, "types"):
            schema = self.schema(endpoint, profile)
            if self.jsonschema_cli:
                words = [self.jsonschema_cli, "validate", schema, "-i", *files]
                rows.append(Row("jsonschema-cli", words, label, found(r"^(.*) - INVALID")))
            if self.boon:
                rows.append(Row("boon", [self.boon, schema, *files], label, found(r"^instance (.*): failed$")))
            fails = found(r"^fail: (.*)$")
            if self.sourcemeta:
                words = [self.sourcemeta, "validate", "--continue"]
                rows.append(Row("sourcemeta", [*words, schema, *files], label, fails))
                rows.append(Row("sourcemeta --fast", [*words, "--fast", schema, *files], label, fails))
            if self.shim and shim:
                words = [self.shim, "validate", "--continue", schema, *files]
                rows.append(Row("sourcemeta, npm shim", words, label, fails))
            if self.ajv:
                # This ajv reads draft-07 out of the box; `types` is 2020-12 of which draft-07 has all words.
                spec, other = ("draft7", self.schema(endpoint, "draft-07")) if label == FULL else ("draft2020", schema)
                words = [self.ajv, "validate", f"--spec={spec}", "--strict=false", "--all-errors", "-s", other]
                words += [word for file in files for word in ("-d", file)]
                rows.append(Row("ajv-cli", words, label, found(r"^(.*) invalid$")))
            if self.check_jsonschema:
                words = [self.check_jsonschema, "--schemafile", schema, *files]
                rows.append(Row("check-jsonschema", words, label, found(r"^  (.+?\.json)::")))
            if self.python:
                for engine in ["jsonschema-rs", "jsonschema"] + (["pydantic"] if label == TYPES else []):
                    words = self.script("validate.py", engine, schema, *files)
                    rows.append(Row(f"python {engine}", words, label, found(r"^(.+)$")))
        return rows

    def parsing(self, endpoint, inputs):
        """Reading JSON alone."""
        if not self.python:
            return []
        schema = self.schema(endpoint, "types")
        return [Row("python orjson, parses only", self.script("validate.py", "orjson", schema, *inputs))]

    def lines(self, endpoint, file):
        """A file with one request a line."""
        rows = []
        for label, profile in (FULL, "2020-12"), (TYPES, "types"):
            schema = self.schema(endpoint, profile)
            if self.sourcemeta:
                fails = found(r"^fail: .* \(entry #(\d+)\)$")
                for name, options in ("sourcemeta", []), ("sourcemeta --fast", ["--fast"]):
                    words = [self.sourcemeta, "validate", "--continue", *options, schema, file]
                    rows.append(Row(name, words, label, fails))
            if self.python:
                for engine in ["jsonschema-rs", "jsonschema"] + (["pydantic"] if label == TYPES else []):
                    words = self.script("validate.py", engine, schema, "--lines", file)
                    rows.append(Row(f"python {engine}", words, label, found(r"^(\d+)$")))
        return rows

    def pictures(self, folder, modes):
        """Images; `inline` of a request."""
        if not self.python:
            return []
        schema = self.schema("multi-image2video", "2020-12")
        return [Row(f"python Pillow, {mode}", self.script("pictures.py", mode, schema, folder)) for mode in modes]


def of_system(name):
    path = shutil.which(name)
    if not path:
        raise FileNotFoundError(f"no {name} on this machine")
    return Path(path)
