"""Run the commands of understanding without the rest of the program."""

import sys

from echowall.understanding.cli import main

sys.exit(main())
