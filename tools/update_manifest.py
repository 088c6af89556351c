"""Writes `latest.json`, which the updater of the desktop bundle reads: version, and per system an address and a
signature. Systems whose files are missing or unsigned are left out, so that nobody is offered what cannot be verified.

    python3 tools/update_manifest.py 0.2.0 FOLDER_OF_BUNDLES > latest.json
"""

import json
import sys
from pathlib import Path

RELEASES = "https://github.com/tiebreak/tiebreak/releases/download"
# The target of the updater, and how the file ends that it installs there.
SYSTEMS = {
    "linux-x86_64": ".AppImage",
    "darwin-aarch64": ".app.tar.gz",
    "windows-x86_64": "-setup.exe",
}


def manifest(version: str, folder: Path) -> dict:
    platforms = {}
    for target, ending in SYSTEMS.items():
        for file in sorted(folder.rglob(f"*{ending}")):
            signature = file.with_name(file.name + ".sig")
            if signature.exists():
                url = f"{RELEASES}/v{version}/{file.name}"
                platforms[target] = {"url": url, "signature": signature.read_text().strip()}
    return {"version": version, "platforms": platforms}


if __name__ == "__main__":
    print(json.dumps(manifest(sys.argv[1], Path(sys.argv[2])), indent=2))
