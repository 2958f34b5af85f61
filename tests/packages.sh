# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034
#
# Sourced by the scripts that a fresh Debian machine is to be able to run: installs what is missing, and nothing else.

# To build the library and the command
BUILD_PACKAGES=(gcc libc6-dev pkg-config meson ninja-build python3
  libglib2.0-dev libsoup-3.0-dev libjson-glib-dev zlib1g-dev libgnutls28-dev glib-networking ca-certificates)

# For the bindings and the reference
BINDING_PACKAGES=(gobject-introspection libgirepository1.0-dev valac gjs python3-gi gir1.2-soup-3.0 gir1.2-json-1.0 gi-docgen)

# For the other tests: sanitizers and fuzzing, costs, servers with TLS and HTTP/2, proxies, numbers with a decimal comma,
# descriptions of APIs, and what the examples stand in: FastAPI, a display; clients of the server
TEST_PACKAGES=(clang llvm libclang-rt-dev valgrind nginx-light squid microsocks openssl curl procps locales
  python3-jsonschema python3-yaml
  python3-fastapi python3-uvicorn python3-httpx gir1.2-gtk-4.0 xvfb xauth)
# Programs of npm, however it came here: others' packages of Node.js bring it with them.
command -v npm >/dev/null || TEST_PACKAGES+=(npm)

say() {
  printf '==> %s\n' "$*"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env "$@"
  else
    sudo env "$@"
  fi
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Nobody who runs tests wants a web server and a proxy started, now or at the next boot.
without_services() {
  local policy=/usr/sbin/policy-rc.d made=no status=0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
    made=yes
  fi
  "$@" || status=$?
  if [ "$made" = yes ]; then
    as_root rm -f "$policy"
  fi
  return "$status"
}

# install_packages NAME…: those that the archive does not have are named, and left out.
install_packages() {
  local package missing=() wanted=() unknown=() log status=0
  if ! command -v apt-get >/dev/null; then
    say "This is not Debian: these packages, or their like, have to be there: $*"
    return 0
  fi
  for package; do
    is_installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    return 0
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    say "These packages are missing, and only root can install them: apt-get install ${missing[*]}"
    return 1
  fi

  say "Installing ${missing[*]}"
  log=$(mktemp)
  as_root apt-get -qq update >"$log" 2>&1 || cat "$log"
  for package in "${missing[@]}"; do
    if [[ $(apt-cache policy "$package" 2>/dev/null) =~ Candidate:\ [^\(] ]]; then
      wanted+=("$package")
    else
      unknown+=("$package")
    fi
  done
  if [ ${#unknown[@]} -gt 0 ]; then
    say "The archive has no ${unknown[*]}"
  fi
  without_services as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${wanted[@]}" \
    >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" != 0 ]; then
    cat "$log"
  fi
  rm -f "$log"
  for package in nginx squid microsocks; do
    if [[ " ${wanted[*]} " == *" $package"* ]] && command -v systemctl >/dev/null; then
      as_root systemctl disable "$package" >/dev/null 2>&1 || true
    fi
  done
  return "$status"
}

# quietly COMMAND…: its output is shown only when it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" != 0 ]; then
    cat "$log"
  fi
  rm -f "$log"
  return "$status"
}
