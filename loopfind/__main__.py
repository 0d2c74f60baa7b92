"""`python -m loopfind`: the command line."""

import sys

from loopfind.cli import main

if __name__ == "__main__":
    sys.exit(main())
