"""A judgement is shown from the threshold on, and never changes."""

import pytest
from pydantic import ValidationError

from interviewer.calibration import Signals
from interviewer.judgement import THRESHOLD, Judgement


@pytest.mark.parametrize(
    ("met", "shown"),
    [(None, False), (0.0, False), (THRESHOLD - 0.001, False), (THRESHOLD, True), (1.0, True)],
)
def test_shown(met, shown):
    assert Judgement(seq=1, check_id="scene", met=met).shown is shown


def test_a_judgement_is_frozen_and_knows_its_keys():
    judgement = Judgement(seq=1, check_id="scene", met=0.5)
    with pytest.raises(ValidationError):
        judgement.met = 0.9
    with pytest.raises(ValidationError):
        Judgement(seq=1, check_id="scene", met=0.5, grade=3)


def test_it_survives_storage():
    judgement = Judgement(seq=2, check_id="scene", met=0.1 + 0.2, sentences=(3, 1), judge="m · d")
    assert Judgement.model_validate_json(judgement.model_dump_json()) == judgement


def test_what_an_earlier_version_looked_at_is_passed_over():
    told = {"judged": 1.5, "like": 0.2}
    stored = {"seq": 2, "check_id": "a", "met": 0.9, "signals": told}
    assert Judgement.model_validate(stored).signals == Signals(judged=1.5)
