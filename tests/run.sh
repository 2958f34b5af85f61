#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what the tests need (Debian 12 or newer), builds everything, runs every test, and says in one closing line how it went:
#
#   tests/run.sh [--quick] [SUITE…]
#
# --quick leaves out the sanitizers and fuzzing; SUITE is a layer (wire, model, transport, …) or another suite (tool, rules, …).
# The exit status is 0 when nothing failed. Builds are kept in build-tests/, so a second run is fast.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/packages.sh
. tests/packages.sh

quick=no
suites=()
for argument; do
  case $argument in
    --quick) quick=yes ;;
    --help | -h) sed -n '4,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) printf 'tests/run.sh: there is no option %s\n' "$argument" >&2; exit 2 ;;
    *) suites+=("$argument") ;;
  esac
done

started=$SECONDS
export LANG=C.UTF-8 LC_ALL=C.UTF-8
steps=()
logs=()

packages=("${BUILD_PACKAGES[@]}" "${BINDING_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
if ! install_packages "${packages[@]}"; then
  say 'Not everything could be installed; what can not be tested without it is skipped, with its reason.'
fi

# No test may depend on, or spend, what the person who runs it has in the environment.
for variable in $(compgen -e | grep -iE '(_API_KEY|_TOKEN|_SECRET_KEY|_BASE_URL|_API_BASE|_PROXY)$|^DHEERA_' || true); do
  unset "$variable"
done

# A locale with a decimal comma, for this run only
if [ ! -e build-tests/locale/de_DE.UTF-8 ] && [ -e /usr/share/i18n/locales/de_DE ]; then
  mkdir -p build-tests/locale
  quietly localedef -i de_DE -f UTF-8 "$PWD/build-tests/locale/de_DE.UTF-8" || true
fi
export LOCPATH=$PWD/build-tests/locale

step() { # NAME COMMAND…
  local name=$1
  shift
  say "$name ($((SECONDS - started)) s)"
  if quietly "$@"; then
    steps+=("--step=$name=passed")
  else
    steps+=("--step=$name=failed:see above")
    return 1
  fi
}

configure() { # FOLDER OPTION…
  local folder=$1
  if [ -e "$folder/build.ninja" ]; then
    meson setup --reconfigure "$@"
  else
    rm -rf "$folder"
    meson setup "$@"
  fi
}

make_preload() {
  # shellcheck disable=SC2046
  clang -shared -fPIC -O1 -o "$checked/lsan-foreign.so" tests/lsan-foreign.c $(pkg-config --cflags libsoup-3.0)
}

run_tests() { # NAME FOLDER OPTION…
  local name=$1 folder=$2 log=$2/meson-logs/testlog.json
  shift 2
  local chosen=()
  local suite
  for suite in "${suites[@]}"; do
    chosen+=(--suite "$suite")
  done
  say "Testing: $name ($((SECONDS - started)) s)"
  rm -f "$log"
  # The summary tells what failed, from the log.
  meson test -C "$folder" --no-rebuild --num-processes "$(nproc)" "${chosen[@]}" "$@" </dev/null || true
  if [ ${#suites[@]} = 0 ] || [ -s "$log" ]; then
    logs+=("$name=$log")
  fi
}

# Everything on, as it is installed
plain=build-tests/plain
if step 'configure' configure "$plain" -Dintrospection=enabled -Dvapi=enabled -Ddocs=enabled -Dtests=enabled -Dtool=enabled -Dexamples=enabled &&
   step 'build' ninja -C "$plain"; then
  run_tests plain "$plain" --timeout-multiplier 2
fi

# AddressSanitizer with its leak check, UndefinedBehaviorSanitizer, and the fuzz targets
if [ "$quick" = no ]; then
  checked=build-tests/sanitizers
  # libproxy, which GIO loads, throws C++ exceptions: the sanitizer has to see that library from the start.
  cxx='-Wl,--push-state,--no-as-needed,-lstdc++,--pop-state'
  # Otherwise GLib 2.74 keeps its objects in memory that it never gives back, and no leak of an object is seen.
  export G_SLICE=always-malloc
  if ! command -v clang >/dev/null; then
    steps+=('--step=sanitizers and fuzzing=skipped:clang is not installed')
  elif CC=clang step 'configure with sanitizers' configure "$checked" \
         -Db_sanitize=address,undefined -Db_lundef=false -Dc_link_args="$cxx" -Dfuzzing=enabled -Dintrospection=disabled -Dvapi=disabled -Ddocs=disabled -Dexamples=disabled &&
       step 'build with sanitizers' ninja -C "$checked" && make_preload; then
    # On a busy machine no test was seen to need a third of this, and one that hangs is not to take the time of all others.
    LD_PRELOAD=$PWD/$checked/lsan-foreign.so run_tests sanitizers "$checked" --timeout-multiplier 3 --no-suite rules --no-suite performance --no-suite install
  fi
fi

printf '\n'
say "$((SECONDS - started)) s"
exec python3 tests/summary.py "${steps[@]}" "${logs[@]}"
