"""The SARIF schema through python-jsonschema; JUnit through its XSD, and through junitparser."""

import json
import re
import sys
from pathlib import Path

import jsonschema
import xmlschema
from junitparser import JUnitXml

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"
URI = re.compile(r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+")


def sarif(folder):
    schema = json.loads((FIXTURES / "sarif/sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    for path in sorted(folder.glob("*.sarif")):
        log = json.loads(path.read_text(encoding="utf-8"))
        validator.validate(log)
        run = log["runs"][0]
        ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        for result in run["results"]:
            assert ids[result["ruleIndex"]] == result["ruleId"], path
            artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
            assert URI.fullmatch(artifact["uri"]), artifact
            assert ("uriBaseId" in artifact) != artifact["uri"].startswith("file:"), artifact
    print("sarif: python-jsonschema takes every log, and every URI is encoded")


def junit(folder):
    schema = xmlschema.XMLSchema(FIXTURES / "junit/junit-10.xsd")
    for path in sorted(folder.glob("*.junit")):
        schema.validate(path)
        counts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["counts"]
        suites = JUnitXml.fromfile(str(path))
        (suite,) = suites
        cases = list(suite)
        assert len(cases) == suite.tests == counts["checked"] + counts["unreadable"], path
        assert suite.errors == counts["unreadable"], path
        failing = [case for case in cases if any(it._tag == "failure" for it in case.result)]
        assert len(failing) == suite.failures, path
        assert bool(failing) == (counts["errors"] > 0), path
    print("junit: xmlschema takes every report, and junitparser counts the same")


if __name__ == "__main__":
    sarif(Path(sys.argv[1]))
    junit(Path(sys.argv[1]))
