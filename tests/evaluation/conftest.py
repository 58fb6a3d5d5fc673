"""What the tests of the measuring share."""

import pytest

from interviewer.evaluation.ordering import Case
from interviewer.rubric import CalibrationAnswer
from tests.evaluation.known import KINDS


@pytest.fixture
def case(rubric, content):
    answers = {
        kind: CalibrationAnswer(
            question="conflict",
            kind=kind,
            answer=kind,
            levels={"situation": level, "results": None},
        )
        for kind, level in zip(KINDS, (1, 3, 5, 1, 1, 3), strict=True)
    }
    return Case(content.round(["story"]), "story", rubric.question("conflict"), answers)
