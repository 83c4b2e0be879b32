#!/usr/bin/env bash
# All linters, even where an earlier one complains; fails if any did.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=()
check() {
    printf '\n— %s\n' "$*"
    "$bin/python" -m "$@" || failed+=("$1 $2")
}
check ruff check .
check ruff format --check .
check mypy --no-error-summary
printf '\n— import contracts\n'
"$bin/python" -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))' || failed+=("import contracts")
if [ "${#failed[@]}" -gt 0 ]; then
    printf '\nlint: failed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2
    exit 1
fi
printf '\nlint: all clean\n'
