#!/usr/bin/env bash
# All checks, the quick ones first. Installs what is missing through the system's package manager, saying what.
#
#   ./check.sh            everything
#   ./check.sh NAME...    only these: format lint test wasm window python video browser bundle
set -euo pipefail
cd "$(dirname "$0")"

# On a build machine the clone is thrown away; what was compiled is kept outside it.
if [ -n "${CI:-}" ] && [ -z "${CARGO_TARGET_DIR:-}" ]; then
  export CARGO_TARGET_DIR="${XDG_CACHE_HOME:-$HOME/.cache}/tiebreak/target"
fi
target="${CARGO_TARGET_DIR:-$PWD/target}"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
export CARGO_INCREMENTAL="${CARGO_INCREMENTAL:-0}"

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
fail() { printf 'check.sh: %s\n' "$1" >&2; exit 1; }

# fetch PACKAGE...: installs packages, saying so.
fetch() {
  printf 'installing %s\n' "$*"
  command -v apt-get >/dev/null 2>&1 || fail "this system has no apt-get; install $* by hand and run again"
  local sudo=''
  [ "$(id -u)" = 0 ] || sudo=sudo
  if [ -z "${apt_is_updated:-}" ]; then $sudo apt-get update -qq; apt_is_updated=1; fi
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# install PROGRAM PACKAGE...: makes sure that a program is there.
install() {
  local program=$1; shift
  command -v "$program" >/dev/null 2>&1 || fetch "$@"
  command -v "$program" >/dev/null 2>&1 || fail "$program is still missing after installing $*"
}

# install_packages PACKAGE...: makes sure that packages are there which have no program of their own.
install_packages() { dpkg -s "$@" >/dev/null 2>&1 || fetch "$@"; }

format() { step 'format'; cargo fmt --all -- --check; }

lint() { step 'lint'; cargo clippy --workspace --all-targets --locked -- -D warnings; }

tests() { step 'test'; cargo test --workspace --locked; }

# The words and the interface also run in a browser; this only compiles them.
wasm() {
  step 'wasm'
  local packages=(-p tiebreak-domain -p tiebreak-stats -p tiebreak-ui --lib)
  if rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown; then
    cargo build --locked --target wasm32-unknown-unknown "${packages[@]}"
  elif rustup target add wasm32-unknown-unknown >/dev/null 2>&1; then
    cargo build --locked --target wasm32-unknown-unknown "${packages[@]}"
  else
    # Where rustup cannot fetch the target, Debian's compiler for the web comes with the library's source.
    install wasm-ld-22 lld-22
    install_packages rustc-web rust-web-src
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/wasm-ld-22 \
      CARGO_TARGET_DIR="$target/web" \
      cargo build --locked --target wasm32-unknown-unknown -Z build-std=std,panic_abort "${packages[@]}"
  fi
}

# The program in a real window: judging by keys, kill -9, what is on the screen.
window() {
  step 'window'
  install Xvfb xvfb
  install_packages libgl1-mesa-dri libegl1 libgl1 libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2
  install xdotool xdotool
  install import imagemagick
  TIEBREAK_TEST_WINDOW=1 cargo test --locked --test it -- window --nocapture
}

# The exports, read by the library that trainers read them with.
python() {
  step 'python'
  install python3 python3 python3-venv
  local venv="$target/python"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" || { install pip3 python3-venv python3-pip; python3 -m venv "$venv"; }
  "$venv/bin/python" -c 'import datasets' 2>/dev/null || "$venv/bin/pip" install -q --disable-pip-version-check datasets
  TIEBREAK_TEST_PYTHON="$venv/bin/python" cargo test --locked --test it -- python --nocapture
}

# Videos, decoded by ffmpeg: kinds that a data set may hold, seeking at random, and sound into a server.
video() {
  step 'video'
  install ffmpeg ffmpeg
  install pulseaudio pulseaudio
  TIEBREAK_TEST_SEEKS="${TIEBREAK_TEST_SEEKS:-300}" \
    cargo test --locked -p tiebreak-media --test videos -- --nocapture
  local sound; sound=$(mktemp -d)
  pulseaudio --daemonize=no --exit-idle-time=-1 -n --load=module-null-sink \
    --load="module-native-protocol-unix socket=$sound/native auth-anonymous=1" >/dev/null 2>&1 &
  local server=$!
  for _ in $(seq 50); do [ -S "$sound/native" ] && break; sleep 0.1; done
  local outcome=0
  PULSE_SERVER="unix:$sound/native" TIEBREAK_TEST_SOUND=1 cargo test --locked --lib -- sound || outcome=$?
  kill "$server" || true
  rm -rf "$sound"
  return "$outcome"
}

# The interface in headless Chromium at the server's door: the keys of every door, and the network cut and mended.
browser() {
  step 'browser'
  install chromium chromium
  install chromedriver chromium-driver
  tools/build-web.sh
  TIEBREAK_TEST_BROWSER=1 TIEBREAK_TEST_WEB="$PWD/assets/web" cargo test --locked --test it -- browser --nocapture
}

# The installed program, out of its package, in the system's web view.
bundle() {
  step 'bundle'
  install Xvfb xvfb
  install WebKitWebDriver webkit2gtk-driver
  install_packages libgl1-mesa-dri libegl1 libgl1
  tools/build-bundle.sh --debug --bundles deb
  local unpacked; unpacked=$(mktemp -d)
  dpkg-deb --extract "$target"/bundle/deb/*.deb "$unpacked"
  local outcome=0
  TIEBREAK_TEST_BUNDLE="$unpacked/usr/bin/tiebreak-desktop" cargo test --locked --test it -- bundle --nocapture ||
    outcome=$?
  rm -rf "$unpacked"
  return "$outcome"
}

install cc gcc libc6-dev
command -v cargo >/dev/null 2>&1 || fail 'cargo is missing; install Rust 1.95 or newer from rustup.rs and run again'

if [ $# -eq 0 ]; then set -- format lint test wasm window python video browser bundle; fi
for name in "$@"; do
  case "$name" in
    format) format ;;
    lint) lint ;;
    test) tests ;;
    wasm) wasm ;;
    window) window ;;
    python) python ;;
    video) video ;;
    browser) browser ;;
    bundle) bundle ;;
    *) fail "no check is called $name" ;;
  esac
done
step 'all checks passed'
