"""python-jsonschema: for each schema and document an empty list if it is refused, or null.

Each schema is valid against its metaschema, and against the published vocabulary.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft7Validator, Draft202012Validator

cases = json.loads(Path(sys.argv[1]).read_text())
documents = [json.loads(text) for text in cases["documents"]]
vocabulary = json.loads(Path(cases["vocabulary"]).read_text())
Draft202012Validator.check_schema(vocabulary)

out = {}
for tool, profile, validator in [("python", "2020-12", Draft202012Validator), ("python-07", "draft-07", Draft7Validator)]:
    for closed in ["", ".closed"]:
        verdicts = out[tool + closed] = {}
        for name, path in cases["schemas"][profile + closed].items():
            schema = json.loads(Path(path).read_text())
            validator.check_schema(schema)
            if profile == "2020-12":
                Draft202012Validator(vocabulary).validate(schema)
            check = validator(schema)
            verdicts[name] = [None if check.is_valid(document) else [] for document in documents]
json.dump(out, sys.stdout)
