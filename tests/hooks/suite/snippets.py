"""The blocks of docs/hook.md and docs/ci.md: each is run, or read by what would read it.

A fence says what its block is: `hook`, a .pre-commit-config.yaml that is run; `init`, what `kling-lint
init` writes; `workflow`, `gitlab`: files for these; `run`, for the shell.
"""

import re

from .precommit import BAD, GOOD, Scratch, hook_repository

PAGES = ["docs/hook.md", "docs/ci.md"]
FENCE = re.compile(r"^```(\w+) (\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What stands in the snippets until the project has an address.
ADDRESS, COMMIT = "https://github.com/OWNER/kling-lint", "COMMIT"


def run(bench):
    bench.repository = hook_repository(bench)
    count = 0
    for page in PAGES:
        text = (bench.root / page).read_text()
        blocks = FENCE.findall(text)
        if text.count("```") != 2 * len(blocks):
            raise bench.failed(f"{page}: a fence that is not understood")
        for _, kind, block in blocks:
            KINDS[kind](bench, block)
            count += 1
    print(f"{', '.join(PAGES)}: {count} blocks do what the pages say", flush=True)


def hook(bench, block):
    block = block.replace(ADDRESS, str(bench.repository))
    scratch = Scratch.new(bench, "snippet", block, bench.with_kling_lint())
    scratch.write("kling/cat.omni-video.json", GOOD)
    scratch.hook(says=["Passed"])
    scratch.write("kling/cat.omni-video.json", BAD)
    scratch.hook(says=["Failed", "`duration` must be a string"], status=1)


def init(bench, block):
    scratch = Scratch.new(bench, "snippet", "", bench.with_kling_lint())
    (scratch.place / ".pre-commit-config.yaml").unlink()
    bench.call([bench.installed / "kling-lint", "init"], cwd=scratch.place)
    written = (scratch.place / ".pre-commit-config.yaml").read_text()
    if written != block:
        raise bench.failed(f"`kling-lint init` writes another hook\n{written}")


def workflow(bench, block):
    place = bench.build / "workflow/.github/workflows/kling-lint.yml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(block.replace(f"@{COMMIT}", f"@{'0123456789' * 4}"))
    bench.call([bench.bin / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", place])
    zizmor = [bench.bin / "zizmor", "--offline", "--no-progress", "--quiet", "--color=never"]
    bench.call([*zizmor, place])


def gitlab(bench, block):
    place = bench.build / "snippet.gitlab-ci.yml"
    place.write_text(block)
    bench.call([bench.bin / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", place])


def shell(bench, block):
    scratch = Scratch.new(bench, "snippet", "repos: []\n", bench.with_kling_lint())
    scratch.write("kling/cat.omni-video.json", GOOD)
    scratch.commit()
    bench.call(["bash", "-euc", block], cwd=scratch.place, env=scratch.env)


KINDS = {"hook": hook, "init": init, "workflow": workflow, "gitlab": gitlab, "run": shell}
