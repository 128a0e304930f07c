"""Installs the peers, pinned, under one folder: Rust's, Node's and Python's."""

import shutil
import subprocess
import sys
from pathlib import Path

PINS = Path(__file__).resolve().parent.parent / "peers"
CRATES = ["jsonschema-cli@0.60.2", "boon-cli@0.6.2"]


def steps(folder):
    """What is to be run for each kind, and the file that is there when it was."""
    venv = folder / "venv"
    yield "crates", folder / "bin/boon", [["cargo", "install", "--locked", "--root", folder, *CRATES]]
    yield "npm packages", folder / "node_modules/.bin/ajv", [["npm", "ci", "--prefix", folder]]
    pip = [venv / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = ["--require-hashes", "--only-binary", ":all:", "-r", PINS / "requirements.txt"]
    yield "Python packages", venv / "bin/check-jsonschema", [[sys.executable, "-m", "venv", venv], [*pip, *pins]]


def install(folder, say):
    """Installs what is missing. One that cannot be installed is named and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in "package.json", "package-lock.json", ".npmrc":
        shutil.copy(PINS / file, folder / file)
    for kind, file, commands in steps(folder):
        if file.exists():
            continue
        say(f"installing {kind}")
        for command in commands:
            done = subprocess.run(list(map(str, command)), stdout=subprocess.DEVNULL, check=False)
            if done.returncode:
                print(f"{kind} were not installed", file=sys.stderr)
                break
