#!/usr/bin/env bash
# Builds the desktop bundle of this system into target/bundle: on Linux a .deb and an AppImage, on macOS a .dmg, on
# Windows .msi and an installer. Installs what is missing on Debian and Ubuntu, saying what.
#
#   tools/build-bundle.sh                  release
#   tools/build-bundle.sh --debug          unoptimised, for tests
#   tools/build-bundle.sh --bundles deb    only these
#   tools/build-bundle.sh --new-key FILE   builds nothing, but writes a key without a password that signs updates, and
#                                          its public half to FILE.pub
#
# What else is given goes to the bundler: `--config FILE` changes the configuration.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
export CARGO_TARGET_DIR="$target"
profile=release
bundles=''
new_key=''
options=()
while [ $# -gt 0 ]; do
  case "$1" in
    --debug) profile=debug; options+=("$1"); shift ;;
    --bundles) bundles=$2; shift 2 ;;
    --new-key) new_key=$2; shift 2 ;;
    *) options+=("$1"); shift ;;
  esac
done
# An AppImage is made of what the .deb holds.
makes_appimage=''
if [ "$(uname -s)" = Linux ]; then
  case ",${bundles:-appimage}," in *,appimage,*) makes_appimage=1; bundles=deb ;; esac
fi
[ -z "$bundles" ] || options+=(--bundles "$bundles")

fail() { printf 'build-bundle.sh: %s\n' "$1" >&2; exit 1; }

fetch() {
  printf 'installing %s\n' "$*"
  local sudo=''
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# One file that runs where it lies: a small program that mounts the rest of the file, and the files of the .deb.
appimage() {
  local folder="$target/$profile/bundle/appimage" runtime version
  command -v mksquashfs >/dev/null 2>&1 || fail 'mksquashfs is missing: install squashfs-tools'
  [ "$(uname -m)" = x86_64 ] || fail 'an AppImage is made on x86_64 only'
  # A package that holds it, fetched and held against the registry's checksum; nothing of it is built.
  (cd "$target" && cargo info --quiet appimage@0.4.0 >/dev/null)
  runtime=$(find "${CARGO_HOME:-$HOME/.cargo}/registry/src" -path '*/appimage-0.4.0/assets/runtime-x86_64' | head -1)
  [ -n "$runtime" ] || fail 'the package appimage 0.4.0 brings no runtime-x86_64'
  # As the bundler has it, which may have been told another one than the configuration's.
  version=$(basename "$target/$profile/bundle/deb/"*_amd64); version=${version#Tiebreak_}; version=${version%_amd64}
  mkdir -p "$folder"
  rm -rf "$folder/AppDir"
  cp -r "$target/$profile/bundle/deb/"*/data "$folder/AppDir"
  # Into the program of the .deb the bundler wrote that it is one, by which its updater would choose what to install,
  # and how. Where the program was compiled it stands as it was.
  local program="$folder/AppDir/usr/bin/tiebreak-desktop" word=__TAURI_BUNDLE_TYPE_VAR_
  cp "$target/$profile/tiebreak-desktop" "$program"
  [ "$(grep -ao "${word}UNK" "$program" | wc -l)" = 1 ] ||
    fail "${word}UNK does not stand in the program once, as it should"
  LC_ALL=C sed -i "s/${word}UNK/${word}APP/" "$program"
  cp src-tauri/linux/AppRun "$folder/AppDir/AppRun"
  cp "$folder/AppDir/usr/share/applications/"*.desktop "$folder/AppDir/tiebreak.desktop"
  local icon; icon=$(sed -n 's/^Icon=//p' "$folder/AppDir/tiebreak.desktop")
  cp src-tauri/icons/128x128@2x.png "$folder/AppDir/$icon.png"
  ln -sf "$icon.png" "$folder/AppDir/.DirIcon"
  mksquashfs "$folder/AppDir" "$folder/files" -root-owned -noappend -no-progress -quiet -comp xz
  local image="$folder/Tiebreak_${version}_amd64.AppImage"
  cat "$runtime" "$folder/files" >"$image"
  chmod +x "$image"
  rm -rf "$folder/files" "$folder/AppDir"
  [ -z "${TAURI_SIGNING_PRIVATE_KEY:-}" ] || "${bundler[@]}" signer sign --app-version "$version" "$image"
}

# The bundler, as npm has it ready to run; with cargo it takes minutes.
if cargo tauri --version >/dev/null 2>&1; then
  bundler=(cargo tauri)
else
  if ! command -v npm >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; then fetch npm; fi
  command -v npm >/dev/null 2>&1 || fail 'neither `cargo tauri` nor npm is here: cargo install tauri-cli@^2'
  npm install --silent --no-fund --no-audit --prefix "$target/web-tools" @tauri-apps/cli@2 >/dev/null
  bundler=("$target/web-tools/node_modules/.bin/tauri")
fi
if [ -n "$new_key" ]; then
  exec "${bundler[@]}" signer generate --ci --password '' --force --write-keys "$new_key" >/dev/null
fi

if [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null 2>&1; then
  packages=(libwebkit2gtk-4.1-dev libgtk-3-dev librsvg2-dev libxdo-dev patchelf file xdg-utils squashfs-tools)
  dpkg -s "${packages[@]}" >/dev/null 2>&1 || fetch "${packages[@]}"
fi

[ -f assets/web/index.html ] || tools/build-web.sh
# Inside a program nothing is downloaded, so nothing is compressed by us.
page=src-tauri/page
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

# On a build machine it says so in a word that the bundler takes, too.
[ -z "${CI:-}" ] || export CI=true

# What another version left would be taken for this one's.
rm -rf "$target/$profile/bundle" "$target/bundle"
"${bundler[@]}" build ${options[@]+"${options[@]}"}
[ -z "$makes_appimage" ] || appimage
cp -r "$target/$profile/bundle" "$target/bundle"
find "$target/bundle" -type f \( -name '*.deb' -o -name '*.AppImage' -o -name '*.dmg' -o -name '*.msi' -o -name '*.exe' \) \
  -exec du -h {} +
