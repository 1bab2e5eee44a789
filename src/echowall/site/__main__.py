"""`python -m echowall.site` is the command `echowall`."""

import sys

from echowall.site.cli import main

sys.exit(main())
