"""``python -m echowall.planning plan TASK …``."""

import sys

from echowall.planning.cli import main

sys.exit(main())
