#!/usr/bin/env bash
# Builds the interface for browsers into assets/web, from where `tiebreak serve` and the desktop bundle take it.
# Installs what is missing, saying what.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
dist=assets/web
most_kib=6144 # of what a browser downloads, compressed

fail() { printf 'build-web.sh: %s\n' "$1" >&2; exit 1; }

fetch() {
  printf 'installing %s\n' "$*"
  command -v apt-get >/dev/null 2>&1 || fail "this system has no apt-get; install $* by hand and run again"
  local sudo=''
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

install() { command -v "$1" >/dev/null 2>&1 || fetch "${@:2}"; }

module() {
  # Vectors of 128 bits, with which letters are drawn: every browser since the spring of 2023 has them.
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS='-C target-feature=+simd128'
  local arguments=(build --locked --target wasm32-unknown-unknown --profile web -p tiebreak-web)
  if rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown ||
    rustup target add wasm32-unknown-unknown >/dev/null 2>&1; then
    CARGO_TARGET_DIR="$target/web" cargo "${arguments[@]}"
  else
    # Where rustup cannot fetch the target, Debian's compiler for the web comes with the library's source.
    install wasm-ld-22 lld-22
    dpkg -s rustc-web rust-web-src >/dev/null 2>&1 || fetch rustc-web rust-web-src
    RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/wasm-ld-22 \
      CARGO_TARGET_DIR="$target/web" cargo "${arguments[@]}" -Z build-std=std,panic_abort
  fi
}

# The program that writes the module's JavaScript must be of the very version that is linked into it.
bindgen() {
  local version; version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock)
  local tools="$target/web-tools/$version"
  if [ ! -x "$tools/bin/wasm-bindgen" ]; then
    printf 'installing wasm-bindgen-cli %s\n' "$version" >&2
    cargo install --quiet wasm-bindgen-cli --version "$version" --root "$tools" \
      --target-dir "$target/web-tools/target" >&2
  fi
  printf '%s\n' "$tools/bin/wasm-bindgen"
}

# Binaryen makes the module a tenth smaller, in some minutes; where it is missing or old the module goes as it is.
optimizer() {
  if command -v wasm-opt >/dev/null 2>&1 && [ "$(wasm-opt --version | grep -o '[0-9]\+' | head -1)" -ge 120 ]; then
    command -v wasm-opt
  fi
}

module
built="$target/web/wasm32-unknown-unknown/web/tiebreak_web.wasm"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
"$(bindgen)" --target web --no-typescript --remove-name-section --remove-producers-section --out-dir "$work" --out-name tiebreak "$built"
optimizer=$(optimizer)
if [ -n "$optimizer" ]; then
  "$optimizer" -Os --enable-bulk-memory --enable-simd --enable-nontrapping-float-to-int --enable-sign-ext --enable-mutable-globals \
    --enable-reference-types --enable-multivalue "$work/tiebreak_bg.wasm" -o "$work/smaller.wasm"
  mv "$work/smaller.wasm" "$work/tiebreak_bg.wasm"
fi

install brotli brotli
compress() {
  for file in "$@"; do
    brotli --quality=11 --keep --force "$file"
    gzip --best --keep --force --no-name "$file"
  done
}
# Named for what it holds, a browser may keep it for ever; and what is here already is not compressed again.
hash=$(cat "$work/tiebreak_bg.wasm" "$work/tiebreak.js" | git hash-object --stdin | cut -c1-16)
name="tiebreak-$hash"
if [ ! -f "$dist/$name.js.gz" ]; then
  rm -rf "$dist"; mkdir -p "$dist"
  cp "$work/tiebreak_bg.wasm" "$dist/$name.wasm"
  cp "$work/tiebreak.js" "$dist/$name.js"
  compress "$dist/$name.wasm" "$dist/$name.js"
fi
cp crates/web/page/page.js crates/web/page/page.css src-tauri/icons/32x32.png "$dist"
mv "$dist/32x32.png" "$dist/icon.png"
sed -e "s/MODULE/$name/g" -e "s/BYTES/$(($(wc -c <"$dist/$name.wasm")))/" crates/web/page/index.html >"$dist/index.html"
compress "$dist"/page.js "$dist"/page.css "$dist"/index.html

kib() { cat "$@" | wc -c | awk '{ printf "%d", ($1 + 1023) / 1024 }'; }
downloaded=$(kib "$dist"/*.br)
printf 'the interface: %s KiB, as downloaded %s KiB (brotli) or %s KiB (gzip)\n' \
  "$(kib "$dist"/*.wasm "$dist"/*.js "$dist"/*.css "$dist"/*.html)" "$downloaded" "$(kib "$dist"/*.gz)"
[ "$downloaded" -le "$most_kib" ] || fail "the download is $downloaded KiB, and may be $most_kib KiB"
