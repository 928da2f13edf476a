"""Fail when a tracked file is larger than 10 MB: each version of such a file slows every clone down for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT_BYTES = 10_000_000


def too_large(repository: Path) -> list[Path]:
    """Return the tracked files of `repository` that are larger than the limit; deleted ones do not count."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, stdout=subprocess.PIPE, text=True, check=True)
    paths = (repository / name for name in listed.stdout.split("\0") if name)
    return [path for path in paths if path.is_file() and path.stat().st_size > LIMIT_BYTES]


def main() -> None:
    repository = Path.cwd()
    if files := too_large(repository):
        lines = (f"{path.stat().st_size:>12,} bytes  {path.relative_to(repository)}" for path in files)
        sys.exit("\n".join([f"These tracked files are larger than {LIMIT_BYTES:,} bytes:", *lines]))


if __name__ == "__main__":
    main()
