"""Sentences that look like a question's known mistakes."""

from interviewer.claims import suspicions
from interviewer.rubric import CommonError, Question
from interviewer.sentences import split_sentences

ERROR = CommonError(
    says="A bigger model on more data always removes the bias of the labels.",
    tell="The labels stay biased; more of them only make the model surer of it.",
)


def test_a_mistake_is_suspected_where_no_key_point_says_what_is_right():
    question = Question(id="bias", text="How did you deal with bias?", common_errors=(ERROR,))
    said = split_sentences("We waited. More data on a bigger model always removes label bias.")
    found = suspicions(question, said)
    assert [one.sentence.text for one in found] == [said[1].text]
    assert ERROR.says in found[0].check.meets
    assert len(found[0].check.misses) >= 2
