"""`python -m synthc` is `synthc`."""

import sys

from synthc.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
