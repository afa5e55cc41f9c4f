"""Whether tests search long: `KALIP_NIGHTLY=1`. See CONTRIBUTING.md."""

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings

NIGHTLY: Final = os.environ.get("KALIP_NIGHTLY") == "1"


def searching(examples: int) -> settings:
    """How to look through examples that are large and slow, each of them once.

    A fault names the example it is in; to make that smaller takes minutes, for which the night has time.
    """
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if NIGHTLY else (Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
