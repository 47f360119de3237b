"""``python -m leaver``: the same command line as the ``leaver`` program, in this process."""

from __future__ import annotations

import sys

from leaver._core import run_command


def main() -> int:
    """Runs the command line with the arguments of the process."""
    sys.stdout.flush()
    return run_command(["leaver", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
