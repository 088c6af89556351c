#!/usr/bin/env bash
# Builds the desktop bundle of this system into target/bundle: on Linux a .deb and an AppImage, on macOS a .dmg, on
# Windows .msi and an installer. Installs what is missing on Debian and Ubuntu, saying what.
#
#   tools/build-bundle.sh                  release
#   tools/build-bundle.sh --debug          unoptimised, for tests
#   tools/build-bundle.sh --bundles deb    only these
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
export CARGO_TARGET_DIR="$target"
profile=release
for argument in "$@"; do [ "$argument" = --debug ] && profile=debug; done

fail() { printf 'build-bundle.sh: %s\n' "$1" >&2; exit 1; }

if [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null 2>&1; then
  packages=(libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev libxdo-dev patchelf file xdg-utils)
  if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
    printf 'installing %s\n' "${packages[*]}"
    sudo=''; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  fi
fi

[ -f assets/web/index.html ] || tools/build-web.sh
# Inside a program nothing is downloaded, so nothing is compressed by us.
page="$target/desktop-page"
rm -rf "$page"; mkdir -p "$page"
find assets/web -type f ! -name '*.br' ! -name '*.gz' -exec cp {} "$page" \;

# The native window goes with it: for graphics drivers on which a web view draws nothing, and for the command line.
if [ "$profile" = release ]; then cargo build --locked --workspace --release --bin tiebreak; else cargo build --locked --workspace --bin tiebreak; fi
triple=$(rustc -vV | sed -n 's/^host: //p')
suffix=''; case "$triple" in *windows*) suffix=.exe ;; esac
mkdir -p src-tauri/binaries
cp "$target/$profile/tiebreak$suffix" "src-tauri/binaries/tiebreak-$triple$suffix"
# What tells where a line of code is takes most of it.
if [ "$profile" = release ] && command -v strip >/dev/null 2>&1; then strip -S "src-tauri/binaries/tiebreak-$triple$suffix"; fi

# The bundler, as npm has it ready to run; with cargo it takes minutes.
if cargo tauri --version >/dev/null 2>&1; then
  bundler=(cargo tauri)
else
  command -v npm >/dev/null 2>&1 || fail 'neither `cargo tauri` nor npm is here: cargo install tauri-cli@^2'
  npm install --silent --no-fund --no-audit --prefix "$target/web-tools" @tauri-apps/cli@2 >/dev/null
  bundler=("$target/web-tools/node_modules/.bin/tauri")
fi
printf '{"build":{"frontendDist":"%s"}}\n' "$page" >"$target/desktop.json"
"${bundler[@]}" build --config "$target/desktop.json" "$@"
rm -rf "$target/bundle"; cp -r "$target/$profile/bundle" "$target/bundle"
find "$target/bundle" -type f \( -name '*.deb' -o -name '*.AppImage' -o -name '*.dmg' -o -name '*.msi' -o -name '*.exe' \) \
  -exec du -h {} +
