# shellcheck shell=bash
# What the scripts beside this file share. Sourced, never run.

set -euo pipefail
# It would send the `cd` below to a folder of the same name elsewhere.
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian leaves these out of a user's PATH, and nginx and ldconfig are there.
PATH=$PATH:/usr/sbin:/sbin

# The flags of the binary that people run. The standard library is linked in: the binary starts faster, uses less memory
# and runs on a machine without a Swift toolchain. Exclusive access is checked at run time in the build that is tested, and not in
# this one, where the checks are a sixth of the instructions of a request.
# shellcheck disable=SC2034 # used by the scripts that source this file
release_flags=(-c release --product paceline --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked)

# The flags of the build that is tested. A warning in our own sources is an error; SwiftPM keeps the flag away from
# dependencies. script/lint and script/test share these flags so that one build serves both.
# shellcheck disable=SC2034
test_flags=(--build-tests -Xswiftc -warnings-as-errors)

say() { printf '==> %s\n' "$*" >&2; }

# fail CODE TEXT…: the last words of a script; the codes are those of sysexits.h.
fail() {
    local code=$1
    shift
    printf '\nERROR: %s\n' "$1" >&2
    shift
    if (($#)); then printf '       %s\n' "$@" >&2; fi
    exit "$code"
}

has() { command -v "$1" >/dev/null 2>&1; }
