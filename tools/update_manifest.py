"""Writes `latest.json`, which the updater of the desktop bundle reads: version, and per system and kind of installation
an address and a signature. What is missing or unsigned is left out, so that nobody is offered what cannot be verified or
what their installation cannot take.

    python3 tools/update_manifest.py 0.2.0 FOLDER_OF_BUNDLES > latest.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

RELEASES = "https://github.com/tiebreak/tiebreak/releases/download"
# The target of the updater with the kind of installation, and the file that it installs there.
TARGETS = {
    "linux-x86_64-appimage": "_{version}_amd64.AppImage",
    "linux-x86_64-deb": "_{version}_amd64.deb",
    "darwin-aarch64-app": ".app.tar.gz",
    "windows-x86_64-nsis": "_{version}_x64-setup.exe",
    "windows-x86_64-msi": "_{version}_x64_en-US.msi",
}


def manifest(version: str, folder: Path) -> dict:
    platforms = {}
    for target, ending in TARGETS.items():
        for file in sorted(folder.rglob(f"*{ending.format(version=version)}")):
            signature = file.with_name(file.name + ".sig")
            if signature.exists():
                url = f"{RELEASES}/v{version}/{file.name}"
                platforms[target] = {"url": url, "signature": signature.read_text().strip()}
    return {"version": version, "platforms": platforms}


if __name__ == "__main__":
    print(json.dumps(manifest(sys.argv[1], Path(sys.argv[2])), indent=2))
