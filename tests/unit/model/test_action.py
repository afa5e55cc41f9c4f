"""What a rule does."""

from kalip.base.text import Text
from kalip.model import CreateTask, MakeTransition, People, SendMail, Wording


def test_what_is_not_said_is_empty() -> None:
    assert Wording(Text()).is_empty
    assert not Wording(Text.of("Call them")).is_empty
    assert CreateTask(Wording(Text.of("Call")), People()).text.is_empty
    assert dict(MakeTransition("win").values) == {}
    assert SendMail({}, People()).subject.is_empty
