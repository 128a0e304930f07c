"""The blocks of docs/front-end.md: written to a folder, run there, and what they print compared.

A fence says what is done with its block: `run` the shell, `run=NAME` a file, `file=NAME` write it only,
`output=NAME` is what running NAME prints, `setting` is what `schema --vscode` prints.
"""

import json
import os
import re
import shutil

PAGE = "docs/front-end.md"
FENCE = re.compile(r"^```(\w+)(?: ([\w=.-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REQUEST = "fixtures/pages/requests/image2video.json"


def blocks(bench):
    page = (bench.root / PAGE).read_text()
    if page.count("```") != 2 * len(FENCE.findall(page)):
        raise bench.failed(f"{PAGE}: a fence that is not understood")
    for language, word, text in FENCE.findall(page):
        action, _, name = (word or "").partition("=")
        yield language, action, name, text


def folder(bench):
    return bench.validators / "build"


def write(bench):
    """A folder as the page's reader has it, beside the packages."""
    here = folder(bench)
    shutil.rmtree(here, ignore_errors=True)
    here.mkdir()
    shutil.copy(bench.root / REQUEST, here / "request.json")
    for _, action, name, text in blocks(bench):
        if action in ("file", "run") and name:
            (here / name).write_text(text)


def shell(bench, text):
    env = os.environ | {"PATH": f"{bench.linter.parent}{os.pathsep}{os.environ['PATH']}"}
    bench.call(["sh", "-euc", text], cwd=folder(bench), env=env)


def run(bench):
    here = folder(bench)
    printed, count = {}, 0
    for language, action, name, text in blocks(bench):
        if action == "run" and not name:
            shell(bench, text)
        elif action == "run":
            tool = bench.python(bench.validators) if language == "python" else "node"
            printed[name] = bench.call([tool, name], cwd=here)
        elif action == "output":
            if printed[name] != text:
                raise bench.failed(f"{PAGE}: {name} prints\n{printed[name]}")
        elif action == "setting":
            setting = ["schema", "--vscode", "--out", "schemas", "image2video"]
            if json.loads(bench.call([bench.linter, *setting], cwd=here)) != json.loads(text):
                raise bench.failed(f"{PAGE}: `kling-lint {' '.join(setting)}` prints another setting")
        elif action != "file":
            # Shown only: JSON at least has to be JSON.
            if language == "json":
                json.loads(text)
            continue
        count += 1
    tsc = bench.ts / "node_modules/typescript/bin/tsc"
    bench.call(["node", tsc, "-p", bench.validators])
    bench.call(["node", "--no-warnings", bench.validators / "form.mjs"], cwd=here)
    print(f"{PAGE}: {count} blocks do what the page says")
