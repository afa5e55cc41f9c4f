"""Whether tests search long: `KALIP_NIGHTLY=1`. See CONTRIBUTING.md."""

import os
from typing import Final

NIGHTLY: Final = os.environ.get("KALIP_NIGHTLY") == "1"
