"""The hooks in a real pre-commit, in scratch repositories."""

import json
import shutil

GOOD = {"prompt": "A cat yawns.", "aspect_ratio": "16:9", "duration": "5", "mode": "std"}
BAD = GOOD | {"duration": 5}
#: What pre-commit needs of a repository with hooks.
HOOKS = [".pre-commit-hooks.yaml", "pyproject.toml"]
TAG = "v0.1.0"


def hook_repository(bench):
    """This repository as pre-commit would clone it, as far as it reads it."""
    place = bench.build / "hooks"
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(bench.build / "pre-commit", ignore_errors=True)
    place.mkdir()
    for name in HOOKS:
        shutil.copy(bench.root / name, place / name)
    scratch = Scratch(bench, place)
    scratch.git("init", "--quiet")
    scratch.commit()
    scratch.git("tag", TAG)
    return place


class Scratch:
    """A repository to try hooks in."""

    def __init__(self, bench, place, env=None):
        self.bench, self.place = bench, place
        self.env = env or bench.environment()

    @classmethod
    def new(cls, bench, name, config, env=None):
        place = bench.build / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        scratch = cls(bench, place, env)
        scratch.git("init", "--quiet")
        scratch.write(".pre-commit-config.yaml", config)
        return scratch

    def git(self, *words, status=0):
        return self.bench.call(["git", *words], status, cwd=self.place, env=self.env)

    def write(self, name, content):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
        self.git("add", name)

    def commit(self):
        self.git("add", ".")
        self.git("commit", "--quiet", "--no-verify", "-m", "Try")

    def hook(self, *words, says, status=0):
        """Runs pre-commit, and looks for texts in what it says."""
        command = [self.bench.bin / "pre-commit", "run", "--color=never", *words]
        told = self.bench.call(command, status, cwd=self.place, env=self.env)
        for text in says:
            if text not in told:
                raise self.bench.failed(f"{self.place.name}: pre-commit does not say {text!r}\n{told}")
        return told


def config(repository, *hooks):
    ids = "".join(f"      - id: {hook}\n" for hook in hooks)
    return f"repos:\n  - repo: {repository}\n    rev: {TAG}\n    hooks:\n{ids}"


def named(scratch):
    """What every hook does that is given requests by name."""
    scratch.write("package.json", {"name": "a", "version": "1.0.0"})
    scratch.hook(says=["(no files to check)Skipped"])
    scratch.write("kling/cat.omni-video.json", GOOD)
    scratch.hook(says=["Passed"])
    # In the folder, and no request.
    scratch.write("kling/palette.json", ["red", "green"])
    scratch.hook(says=["Passed"])
    scratch.write("kling/dog.omni-video.json", BAD)
    told = scratch.hook(status=1, says=[
        "Failed", "- exit code: 1", "kling/dog.omni-video.json:4:15", "`duration` must be a string",
        "1 error in 1 of 2 ",
    ])
    if "cat.omni-video.json:" in told:
        raise scratch.bench.failed(f"the good request is blamed\n{told}")
    scratch.write("kling/dog.omni-video.json", GOOD)
    scratch.hook(says=["Passed"])
    scratch.commit()


def whole(scratch):
    """An image changes; the request that names it does not."""
    images = scratch.bench.root / "fixtures/media/images"
    good, small = images / "300x300.png", images / "299x300.png"
    scratch.write("kling/cat.image2video.json", {"image": "./cat.png", "duration": "5"})
    scratch.write("kling/cat.png", good.read_bytes())
    scratch.hook("kling-lint-config", says=["Passed"])
    scratch.commit()
    scratch.write("kling/cat.png", small.read_bytes())
    scratch.hook("kling-lint", says=["(no files to check)Skipped"])
    scratch.hook("kling-lint-config", status=1, says=[
        "Failed", "kling/cat.image2video.json:2:12", "cat.png",
    ])


def run(bench):
    repository = hook_repository(bench)
    bench.call([bench.bin / "pre-commit", "validate-manifest", bench.root / HOOKS[0]])

    scratch = Scratch.new(bench, "python", config(repository, "kling-lint", "kling-lint-config"))
    # pre-commit stops at no hook: each is asked by its own name.
    for_names = Scratch.new(bench, "named", config(repository, "kling-lint"))
    named(for_names)
    whole(scratch)

    installed = bench.with_kling_lint()
    named(Scratch.new(bench, "system", config(repository, "kling-lint-system"), installed))

    # As people meet it: a commit that is refused.
    scratch = Scratch.new(bench, "commit", config(repository, "kling-lint"))
    bench.call([bench.bin / "pre-commit", "install"], cwd=scratch.place, env=scratch.env)
    scratch.write("kling/cat.omni-video.json", BAD)
    told = scratch.git("commit", "-m", "Add a cat", status=1)
    if "`duration` must be a string" not in told:
        raise bench.failed(f"the commit was refused without a reason\n{told}")
    scratch.write("kling/cat.omni-video.json", GOOD)
    scratch.git("commit", "--quiet", "-m", "Add a cat")

    # What `kling-lint init` writes, with what it says to do next.
    scratch = Scratch.new(bench, "init", "", installed)
    (scratch.place / ".pre-commit-config.yaml").unlink()
    bench.call([bench.installed / "kling-lint", "init"], cwd=scratch.place, env=installed)
    scratch.git("add", ".")
    scratch.hook(says=["Passed"])
    scratch.commit()
    named(scratch)
    print("pre-commit: the hooks pass, refuse and skip as they should", flush=True)


def source(bench):
    """What pre-commit does for `language: rust`, without the optimizer."""
    place = bench.build / "source"
    install = ["cargo", "install", "--quiet", "--debug", "--locked", "--bins", "--path", "."]
    bench.call([*install, "--force", "--root", place], cwd=bench.root)
    said = bench.call([place / "bin/kling-lint-src", "--version"]).strip()
    print(f"{said}: from source", flush=True)
