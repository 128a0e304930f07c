"""Each fixture for each endpoint: the validators say what the linter says."""

import json
from collections import Counter

from . import documents

# The tool, and the profile it reads.
PANEL = {"ajv": "2020-12", "ajv-07": "draft-07", "python": "2020-12", "python-07": "draft-07", "zod": "zod"}
# Findings on keys that a closed schema refuses; the vendor's own keys and the editor's stay.
UNKNOWN_KEYS = {"unknown-field", "misspelt-field", "scene-spelling", "legacy-field", "misplaced-field"}
# No validator opens a file.
FILES = {"missing-file", "not-a-file", "unreadable-file", "outside-root", "empty-file", "changing-file"}
# One keyword of a schema, where the linter says more closely what is wrong.
CLOSER = {
    "KL1002": {"KL1001"},  # null in a required key
    "KL1004": {"KL1005", "KL1008", "KL1009", "KL1012"},  # why this unknown key
    "KL4001": {"KL4003"},  # no media source: nearly Base64
}


def is_told(code, found):
    """Whether the linter reports what a code of a schema says."""
    return bool(({code} | CLOSER.get(code, set())) & {it["rule"]["id"] for it in found})


def lint(bench, name, paths):
    """The findings on each file, as a request of this endpoint."""
    command = [bench.linter, "check", "--format", "json", "--endpoint", name, "--fail-on", "never", *paths]
    inputs = json.loads(bench.call(command, cwd=bench.root))["inputs"]
    if len(inputs) != len(paths):
        raise bench.failed(f"{len(paths)} files linted, {len(inputs)} reported")
    return [entry["findings"] for entry in inputs]


def is_exported(finding, value, left_out):
    """Whether a schema that leaves this out has to refuse for this finding."""
    constraint = finding["constraint"]
    if finding["rule"]["name"] in FILES:
        return False
    if (constraint, finding["rule"]["id"]) not in left_out:
        return True
    # Of the forms, only what the Base64 holds is left out.
    whole_form = constraint.endswith("/form") and "what the Base64 holds" in left_out[constraint, finding["rule"]["id"]]
    return whole_form and not documents.is_base64(documents.at(value, finding["pointer"]))


def expected(findings, value, schema, closed):
    """The rules for which the schema has to refuse."""
    left_out = {(entry["constraint"], entry["code"]): entry["reason"] for entry in schema["x-kling-unexported"]}
    errors = [it for it in findings if it["severity"] == "error" and is_exported(it, value, left_out)]
    unknown = [it for it in findings if closed and it["rule"]["name"] in UNKNOWN_KEYS]
    return {it["rule"]["id"] for it in errors + unknown}


def validate(bench, cases):
    """What each tool says: for each schema and document the rules it breaks, or none."""
    file = bench.build / "cases.json"
    file.write_text(json.dumps(cases))
    told = {}
    for tool in "ajv.mjs", "zod.mjs":
        told |= json.loads(bench.call(["node", bench.validators / tool, file]))
    tool = bench.validators / "python_jsonschema.py"
    return told | json.loads(bench.call([bench.python(bench.validators), tool, file]))


def run(bench):
    taken, left = documents.collect(bench.root)
    if len(taken) < 400:
        raise bench.failed(f"only {len(taken)} requests in the fixtures")
    skipped = ", ".join(f"{count} {why}" for why, count in sorted(left.items()))
    print(f"{len(taken)} requests for each of {len(bench.names)} endpoints (left out: {skipped})", flush=True)

    paths = [path.relative_to(bench.root).as_posix() for path, _, _ in taken]
    findings = {name: lint(bench, name, paths) for name in bench.names}
    schemas = {
        profile + closed: {name: str(bench.schema(name, profile + closed)) for name in bench.names}
        for profile in sorted(set(PANEL.values()))
        for closed in ("", ".closed")
    }
    told = validate(bench, {
        "documents": [text for _, text, _ in taken],
        "schemas": schemas,
        "vocabulary": str(bench.schemas / "vocabulary.json"),
    })

    wrong = []
    for tool, profile in PANEL.items():
        for closed in "", ".closed":
            count = Counter()
            for name in bench.names:
                schema = json.loads(bench.schema(name, profile + closed).read_text())
                verdicts = told[tool + closed][name]
                for (path, _, value), said, found in zip(taken, verdicts, findings[name], strict=True):
                    rules = expected(found, value, schema, closed)
                    refused = said is not None
                    agree = refused == bool(rules)
                    # A validator that says where: each code is a rule that the linter reports too.
                    strange = [code for code in said or [] if not is_told(code, found)]
                    count["refused" if refused else "accepted"] += 1
                    count["wrong"] += not agree or bool(strange)
                    if not agree or strange:
                        rules = ", ".join(sorted(rules)) or "nothing"
                        verdict = "nothing" if said is None else ", ".join(said) or "refuses"
                        wrong.append(f"{tool}{closed} {name} {path.relative_to(bench.root)}: linter {rules}; {tool} {verdict}")
            print(f"{tool + closed:<17} {count['accepted']:5} accepted {count['refused']:5} refused {count['wrong']:5} wrong")
    if wrong:
        shown = "\n".join(wrong[:40])
        raise bench.failed(f"{len(wrong)} verdicts differ:\n{shown}")
