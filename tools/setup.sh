#!/usr/bin/env bash
# Makes .venv ready, then returns: `tools/setup.sh run` for the window, `tools/setup.sh dev` adds the tools of the tests.
# Returns at once where nothing changed; asks nothing; writes only .venv and, as root on Debian or Ubuntu, system packages.
set -euo pipefail
cd "$(dirname "$0")/.."

extra=${1:-run}
oldest=11 newest=14 # of Python 3: what the pinned torch and PySide6 are built for
case $extra in
run) requirement='.' ;;
dev) requirement='.[dev]' ;;
*) echo "usage: tools/setup.sh run|dev" >&2 && exit 2 ;;
esac

say() { printf 'set-up: %s\n' "$*" >&2; }
stop() {
    say "$@"
    exit 1
}
quietly() { "$@" >/dev/null 2>&1; }
have() { quietly command -v "$1"; }

# Installs Debian packages as root; otherwise says the one line to type, and stops.
debian_install() { # why package...
    local why=$1
    shift
    if [ "$(id -u)" -ne 0 ]; then
        stop "$why
    sudo apt-get install -y $*
Then run the same command again."
    fi
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update -q || say "the list of system packages could not be refreshed; trying with the old one"
    apt-get install -y -q --no-install-recommends "$@" >&2 || stop "apt-get could not install $*; its message is above"
}

is_suitable() { quietly "$1" -c "import sys; sys.exit(not (3, $oldest) <= sys.version_info[:2] <= (3, $newest))"; }
can_make_venv() { quietly "$1" -c 'import ensurepip, venv'; }

# Prints the first suitable Python, one that can make a venv before one that cannot.
find_python() {
    local name second_best=
    for name in ${PYTHON:-python3 python python3.13 python3.12 python3.11 python3.14}; do
        is_suitable "$name" || continue
        if can_make_venv "$name"; then
            echo "$name"
            return
        fi
        second_best=${second_best:-$name}
    done
    echo "$second_best"
}

choose_python() {
    python=$(find_python)
    if [ -z "$python" ] && have apt-get && [ "$(id -u)" -eq 0 ] && [ -z "${PYTHON:-}" ]; then
        debian_install '' python3 python3-venv
        python=$(find_python)
    fi
    [ -n "$python" ] || stop "Mneme needs Python 3.$oldest to 3.$newest, and ${PYTHON:-python3} is none of them.
Install one (https://www.python.org/downloads, or your system's packages) and run the same command again;
make PYTHON=/path/to/python3.12 … names one that is not on the PATH."
    can_make_venv "$python" && return
    local version
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    have apt-get || stop "$python cannot make a virtual environment: its modules venv and ensurepip are missing. Install them and try again."
    debian_install "Python's venv module is missing. Install it with" "python$version-venv"
    can_make_venv "$python" || stop "$python still cannot make a virtual environment after installing python$version-venv"
}

# A Python for Intel on a Mac with Apple silicon is refused, too: pip takes the packages of Python's processor.
check_processor() { # python
    [ "$(uname -s)" = Darwin ] || return 0
    [ "$("$1" -c 'import platform; print(platform.machine())')" = x86_64 ] || return 0
    stop "Mneme cannot be installed here: PyTorch has no packages for Macs with Intel any more, and $1 is a Python for Intel.
On a Mac with Apple silicon, install a Python for it (https://www.python.org/downloads) and name it:
make PYTHON=/path/to/python3.12 …"
}

# Qt's wheels bring Qt, but not the libraries of the desktop below it.
ensure_system_libraries() { # python
    local missing
    missing=$("$1" tools/qt_libraries.py "$extra") || stop "tools/qt_libraries.py failed; its message is above"
    [ -z "$missing" ] && return
    # shellcheck disable=SC2046,SC2086 # one word a library is meant
    if have apt-get; then
        debian_install "Qt needs system libraries that are missing. Install them with" $(echo "$missing" | awk '{print $2}' | sort -u)
        missing=$("$1" tools/qt_libraries.py "$extra")
        [ -z "$missing" ] || stop "these are still missing after the installation:" $missing
    else
        stop "Qt needs system libraries that are missing. Install them with your system's package manager (library, Debian's name for its package):
$missing"
    fi
}

# On Linux, PyPI's torch carries several GB of GPU libraries. PyTorch's own index has one without: pip prefers it where
# both are visible. A machine that has an NVIDIA GPU, or cannot reach that index, takes what pip is configured for.
torch_index() {
    local url=https://download.pytorch.org/whl/cpu
    [ "$(uname -s)" = Linux ] || return 0
    quietly nvidia-smi -L && return 0
    quietly timeout 6 .venv/bin/python -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=3)' "$url/torch/" || return 0
    echo "--extra-index-url $url"
}

state="$extra $(cksum <pyproject.toml) $PWD"
of_venv() { .venv/bin/python -c 'import sys; print(*sys.version_info[:2], sep=".")' 2>/dev/null; }
is_ready() { # stamp, what it must say; a system that was upgraded may have put another Python into .venv
    is_suitable .venv/bin/python && [ "$(cat ".venv/$1" 2>/dev/null)" = "$2 $(of_venv)" ]
}
if is_ready ready-dev "dev ${state#* }" || is_ready "ready-$extra" "$state"; then
    ensure_system_libraries .venv/bin/python
    exit 0
fi

say "making .venv ready: once, and again when pyproject.toml changes. The first time downloads a few hundred megabytes."
choose_python
check_processor "$python"
ensure_system_libraries "$python"
if ! is_suitable .venv/bin/python || ! quietly .venv/bin/python -m pip --version; then
    "$python" -m venv --clear .venv || stop "$python could not make .venv; its message is above"
fi
rm -f .venv/ready-run .venv/ready-dev
# shellcheck disable=SC2046 # an option and its value, or nothing
.venv/bin/python -m pip install --disable-pip-version-check $(torch_index) -e "$requirement" ||
    stop "pip could not install what Mneme needs; its message is above. Nothing is lost: run the same command again."
.venv/bin/python -c 'from PySide6 import QtSvg, QtTest, QtWidgets' || stop "PySide6 is installed but does not load; its message is above"
echo "$state $(of_venv)" >".venv/ready-$extra"
say "ready"
