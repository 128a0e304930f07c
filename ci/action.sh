#!/usr/bin/env bash
# The steps of action.yml. Everything that a caller says comes through the environment.
set -euo pipefail

fail() {
    printf '::error title=kling-lint::%s\n' "$1"
    exit 2
}

# Puts kling-lint into the job's own folder.
install() {
    local venv="$RUNNER_TEMP/kling-lint" python what
    if [ "$VERSION" = source ]; then
        command -v cargo > /dev/null || fail 'version: source needs cargo; set up Rust before this step'
        cargo install --quiet --locked --root "$venv" --path "$ACTION/kling-lint"
        printf '%s\n' "$venv/bin" >> "$GITHUB_PATH"
        return
    fi
    # It goes to pip: nothing but a version.
    [[ "$VERSION" =~ ^([0-9]+\.[0-9]+\.[0-9]+)?$ ]] || fail 'version: give 0.1.0, source, or nothing'
    python="$(command -v python3 || command -v python)" || fail 'no python3; add actions/setup-python'
    what="$ACTION"
    if [ -n "$VERSION" ]; then
        what="kling-lint==$VERSION"
    fi
    "$python" -m venv "$venv"
    for bin in "$venv/bin" "$venv/Scripts"; do
        if [ -d "$bin" ]; then
            "$bin/python" -m pip install --quiet --disable-pip-version-check "$what"
            printf '%s\n' "$bin" >> "$GITHUB_PATH"
        fi
    done
}

# Checks, shows what was found, and leaves the status to the last step: SARIF is uploaded before it.
check() {
    local sarif="$RUNNER_TEMP/kling-lint.sarif" human="$RUNNER_TEMP/kling-lint.txt"
    local notes="$RUNNER_TEMP/kling-lint.annotations" status=0 token
    local options=(--output "human=$human" --output "sarif=$sarif" --output "github=$notes") paths=()
    rm -f "$sarif" "$human" "$notes"
    if [ -n "$FAIL_ON" ]; then
        options+=("--fail-on=$FAIL_ON")
    fi
    while IFS= read -r path; do
        path="${path%$'\r'}"
        if [ -n "$path" ]; then
            paths+=("$path")
        fi
    done <<< "$PATHS"
    [ "${#paths[@]}" -gt 0 ] || fail 'paths: name a file or a folder'

    # What requests say must not be taken for commands: only the annotations are.
    token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    printf '::stop-commands::%s\n' "$token"
    kling-lint check --skip-unknown "${options[@]}" -- "${paths[@]}" 2>&1 || status=$?
    if [ -f "$human" ]; then
        cat "$human"
    fi
    printf '\n::%s::\n' "$token"
    if [ "$ANNOTATIONS" = true ] && [ -f "$notes" ]; then
        cat "$notes"
    fi
    if [ "$status" -gt 2 ]; then
        status=2
    fi
    if [ "$status" -eq 2 ]; then
        printf '::error title=kling-lint::kling-lint could not do its job; the log says why\n'
    fi
    printf 'status=%s\nsarif-file=%s\n' "$status" "$sarif" >> "$GITHUB_OUTPUT"
}

case "${1-}" in
    install) install ;;
    check) check ;;
    *) fail 'say install or check' ;;
esac
