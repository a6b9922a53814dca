# Sourced by run.sh and test.sh: what the machine must have, and how it gets it. Debian's and Ubuntu's packages are
# installed where this user may; anywhere else a missing thing is named, with the package that brings it.
# shellcheck shell=bash

# The compiler server, shared by builds of several checkouts at once, has told of errors in Razor pages that were not there.
export UseSharedCompilation=false

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

apt_updated=
# install_packages <what for> <package>...
install_packages() {
  local purpose=$1 as_root=()
  shift
  command -v apt-get >/dev/null || fail "$purpose is missing, and this is no Debian or Ubuntu: install $* (or what your system calls it), then run this again."
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "$purpose is missing. As root: apt-get install $*"
    as_root=(sudo)
  fi
  say "Installing $* ($purpose)"
  if [ -z "$apt_updated" ]; then
    "${as_root[@]}" apt-get update -q >/dev/null || fail "apt-get update failed."
    apt_updated=yes
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null || fail "apt-get install $* failed."
}

# postgres_programs <version|any>: the folder of PostgreSQL's programs; a cluster's own version goes before the newest.
postgres_programs() {
  local folder version best=
  for folder in /usr/lib/postgresql/*/bin; do
    [ -x "$folder/initdb" ] || continue
    version=${folder#/usr/lib/postgresql/}
    version=${version%/bin}
    [ "${version%%.*}" -ge 15 ] 2>/dev/null || continue
    if [ "$version" = "$1" ]; then
      say "$folder"
      return
    fi
    if [ -z "$best" ] || [ "$version" -gt "$best" ]; then best=$version; fi
  done
  [ -n "$best" ] && say "/usr/lib/postgresql/$best/bin"
}

need_postgres() {
  [ -n "$(postgres_programs any)" ] || install_packages "PostgreSQL 15 or later" postgresql
  [ -n "$(postgres_programs any)" ] || fail "This system's PostgreSQL is older than 15; give a newer one by MODULARRACE_POSTGRES (see README.md)."
}

need_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then install_packages "Node.js, for the front-end files" nodejs npm; fi
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || fail "Node.js $(node --version) is too old; 18 or later is needed."
}

# Chromium's headless shell, where the system has it: the same engine without the windows that nobody sees, in a third of
# the time. Any Chromium will do.
need_browser() {
  if command -v chromium-headless-shell >/dev/null; then return; fi
  if [ "$(id -u)" = 0 ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
    install_packages "Chromium, for the tests in a browser" chromium-headless-shell
    return
  fi
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || install_packages "Chromium, for the tests in a browser" chromium
}

# The tests of network cameras: 5 or later, as a Pi has it. npm's, which the other tests of films take, is too old.
need_ffmpeg() {
  command -v ffmpeg >/dev/null || install_packages "ffmpeg, for the tests of network cameras" ffmpeg
}

# Without it a fault in a script of the Pi would go unseen on the very machine that has no other check of it.
need_shellcheck() {
  command -v shellcheck >/dev/null || install_packages "for the check of the scripts" shellcheck
}

# The SDK of global.json; where it is absent, by its maker's install script, into the checkout.
need_dotnet() {
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
  if command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.'; then return; fi
  if [ ! -x .local/dotnet/dotnet ]; then
    command -v curl >/dev/null || install_packages "curl" curl ca-certificates
    say "Installing the .NET 10 SDK into .local/dotnet"
    mkdir -p .local
    curl -fsSL https://dot.net/v1/dotnet-install.sh -o .local/dotnet-install.sh || fail "The .NET install script could not be loaded; install the .NET 10 SDK yourself."
    bash .local/dotnet-install.sh --channel 10.0 --install-dir .local/dotnet >/dev/null || fail "The .NET 10 SDK could not be installed."
    if ! ldconfig -p | grep -q libicuuc; then install_packages "ICU, for .NET" libicu-dev; fi
  fi
  DOTNET_ROOT=$PWD/.local/dotnet
  export DOTNET_ROOT PATH=$DOTNET_ROOT:$PATH
}
