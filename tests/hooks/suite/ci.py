"""action.yml and ci/: read by other people's linters, and run as the services run them."""

import json
import os
import shutil

import yaml

from .precommit import BAD, GOOD


def lint(bench):
    """Nothing here asks the network."""
    action, gitlab = bench.root / "action.yml", bench.root / "ci/gitlab.yml"
    check = [bench.bin / "check-jsonschema", "--builtin-schema"]
    bench.call([*check, "vendor.github-actions", action])
    bench.call([*check, "vendor.gitlab-ci", gitlab])
    zizmor = [bench.bin / "zizmor", "--offline", "--no-progress", "--quiet", "--pedantic", "--color=never"]
    bench.call([*zizmor, action])
    script = bench.root / "ci/action.sh"
    bench.call(["bash", "-n", script])
    if shutil.which("shellcheck"):
        bench.call(["shellcheck", script])
    print("action.yml and ci/ are well-formed, zizmor has nothing to say", flush=True)


def project(bench, name):
    """A folder with a good and a bad request."""
    place = bench.build / name
    shutil.rmtree(place, ignore_errors=True)
    (place / "kling").mkdir(parents=True)
    (place / "kling/good.omni-video.json").write_text(json.dumps(GOOD, indent=2))
    forged = BAD | {"prompt": "\n::error file=x::forged\n##[error]forged"}
    (place / "kling/bad, 100%.omni-video.json").write_text(json.dumps(forged, indent=2))
    return place


class Job:
    """What GitHub gives to a step, and what the step leaves."""

    def __init__(self, bench, name, place, env):
        self.temp = bench.build / f"{name}-temp"
        shutil.rmtree(self.temp, ignore_errors=True)
        self.temp.mkdir()
        self.bench, self.place = bench, place
        # As GitHub checks it out: pip leaves files behind.
        checkout = self.temp / "action"
        checkout.mkdir()
        shutil.copy(bench.root / "pyproject.toml", checkout)
        shutil.copytree(bench.root / "ci", checkout / "ci")
        self.env = env | {
            "RUNNER_TEMP": str(self.temp), "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_PATH": str(self.temp / "path"), "ACTION": str(checkout),
        }

    def step(self, word, status=0, **inputs):
        script = ["bash", self.temp / "action/ci/action.sh", word]
        return self.bench.call(script, status, cwd=self.place, env=self.env | inputs)

    def check(self, **inputs):
        """What was shown, and the outputs."""
        (self.temp / "output").unlink(missing_ok=True)
        inputs = {"PATHS": ".", "FAIL_ON": "", "ANNOTATIONS": "true"} | inputs
        shown = self.step("check", **inputs)
        lines = (self.temp / "output").read_text().splitlines()
        return shown, dict(line.split("=", 1) for line in lines)


def expect(bench, what, found, wanted):
    if found != wanted:
        raise bench.failed(f"{what}: {found!r}, not {wanted!r}")


def annotations(shown):
    """The commands that GitHub would obey: none while they are stopped."""
    stopped, commands = None, []
    for line in shown.splitlines():
        line = line.strip()
        if stopped is not None:
            stopped = None if line == f"::{stopped}::" else stopped
        elif line.startswith("::stop-commands::"):
            stopped = line.removeprefix("::stop-commands::")
        elif line.startswith("::") or "##[" in line:
            commands.append(line)
    return commands


def has_outputs(bench):
    """Whether this kling-lint has `--output`."""
    return "--output" in bench.call([bench.installed / "kling-lint", "--help"])


def action(bench):
    if not has_outputs(bench):
        print("SKIPPED: the action and the GitLab job need `--output`", flush=True)
        return
    place = project(bench, "action")
    env = bench.environment()

    job = Job(bench, "install", place, env)
    job.step("install", VERSION="")
    path = job.temp.joinpath("path").read_text().strip()
    bench.call([os.path.join(path, "kling-lint"), "--version"])
    for version in ["0.1.0; touch forged", "--index-url=x", "git+x", "0.1.0\n--pre"]:
        shown = job.step("install", status=2, VERSION=version)
        expect(bench, f"version {version!r}", shown.startswith("::error title=kling-lint::version"), True)

    job = Job(bench, "check", place, bench.with_kling_lint())
    shown, outputs = job.check()
    expect(bench, "status", outputs["status"], "1")
    found = json.loads(open(outputs["sarif-file"], encoding="utf-8").read())
    expect(bench, "SARIF", found["version"], "2.1.0")
    told = annotations(shown)
    expect(bench, "annotations", [line.split(" ")[0] for line in told], ["::error"])
    expect(bench, "forged", "file=kling/bad%2C 100%25.omni-video.json" in told[0], True)
    expect(bench, "shown", "`duration` must be a string" in shown, True)

    shown, outputs = job.check(ANNOTATIONS="false", FAIL_ON="never")
    expect(bench, "status", outputs["status"], "0")
    expect(bench, "annotations", annotations(shown), [])

    shown, outputs = job.check(PATHS="kling/good.omni-video.json\r\n\n")
    expect(bench, "status", outputs["status"], "0")
    for inputs in [{"PATHS": "none.json"}, {"PATHS": "--help"}, {"FAIL_ON": "often"}]:
        shown, outputs = job.check(**inputs)
        expect(bench, f"status with {inputs}", outputs["status"], "2")
    job.step("check", status=2, PATHS=" \n".strip(" "), FAIL_ON="", ANNOTATIONS="true")
    print("the action's script checks, annotates and is not fooled", flush=True)


def gitlab(bench):
    if not has_outputs(bench):
        return
    place = project(bench, "gitlab")
    told = yaml.safe_load((bench.root / "ci/gitlab.yml").read_text())
    job = told["kling-lint"]
    variables = {name: str(value) for name, value in told["variables"].items()}
    pip = bench.build / "gitlab-venv"
    shutil.rmtree(pip, ignore_errors=True)
    bench.call(["python3", "-m", "venv", pip])
    env = bench.environment() | variables
    env["PATH"] = f"{pip / 'bin'}{os.pathsep}{env['PATH']}"
    script = "\n".join(["set -eo pipefail", *job["before_script"], *job["script"]])
    shown = bench.call(["bash", "-c", script], 1, cwd=place, env=env)
    expect(bench, "shown", "`duration` must be a string" in shown, True)
    reports = job["artifacts"]["reports"]
    found = json.loads((place / reports["codequality"]).read_text())
    expect(bench, "code quality", len(found), 1)
    expect(bench, "JUnit", "<testsuite" in (place / reports["junit"]).read_text(), True)
    print("the GitLab job leaves its reports", flush=True)
