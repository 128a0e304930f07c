"""The completions in a real shell, and the manual in a real man."""

import shutil

ASK = """
set -eu
source "$1"
COMP_WORDS=(kling-lint "${@:2}")
COMP_CWORD=$(($# - 1))
COMP_LINE="${COMP_WORDS[*]}"
COMP_POINT=${#COMP_LINE}
function="$(complete -p kling-lint | sed 's/.* -F \\([^ ]*\\) .*/\\1/')"
"$function" kling-lint "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""

ASKED = [
    (["ex"], "explain"),
    (["--fail"], "--fail-on"),
    (["check", "--fail-on", "w"], "warning"),
    (["completions", "z"], "zsh"),
    (["schema", "--pro"], "--profile"),
]


def run(bench):
    linter = bench.installed / "kling-lint"
    for shell, syntax in {
        "bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"],
        "powershell": None, "elvish": ["elvish", "-compileonly"],
    }.items():
        script = bench.build / f"completions.{shell}"
        script.write_text(bench.call([linter, "completions", shell]))
        if syntax and shutil.which(syntax[0]):
            bench.call([*syntax, script])
    script = bench.build / "completions.bash"
    for words, wanted in ASKED:
        told = bench.call(["bash", "--norc", "-c", ASK, "bash", script, *words]).split()
        if wanted not in told:
            raise bench.failed(f"bash completes {words} to {told}, not to {wanted}")

    pages = bench.build / "man"
    shutil.rmtree(pages, ignore_errors=True)
    bench.call([linter, "man", "--out", pages])
    if shutil.which("groff"):
        for page in pages.iterdir():
            told = bench.call(["groff", "-man", "-Tutf8", "-ww", "-z", page])
            if told:
                raise bench.failed(f"{page.name}: groff warns\n{told}")
        shown = bench.call(["groff", "-man", "-Tascii", "-P-cbou", "-rLL=78n", pages / "kling-lint.1"])
        for line in ["NAME", "EXAMPLES", "EXIT STATUS", "kling-lint-check(1)"]:
            if line not in shown:
                raise bench.failed(f"the manual does not show {line}\n{shown}")
    print(f"completions and {len(list(pages.iterdir()))} pages of the manual are good", flush=True)
