from kalip.base.text import Text
from kalip.model import Conversion, ConversionTarget

TARGETS = {
    name: ConversionTarget(name, name, Text.of(name), {}, step=step)
    for name, step in (("contact", 1), ("company", 1), ("deal", 3))
}


def test_steps_are_told_once_and_in_order() -> None:
    conversion = Conversion("qualify", "lead", Text.of("Qualify"), Text(), TARGETS)
    assert conversion.steps == (1, 3)
