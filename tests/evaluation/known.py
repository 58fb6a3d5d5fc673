"""A grader and a set of answers of which everything is known."""

from interviewer.batch import GradeLine, Grader
from interviewer.evaluation.bench import Bench, CountingModel
from interviewer.evaluation.scored import ScoredSet
from interviewer.evaluation.unseen import Unseen
from tests.doubles import ScriptedModel


def bench_of(content, build=Grader, model=None):
    """A bench on this content, whose fits have seen nothing."""
    return Bench(Unseen(content, []), CountingModel(model or ScriptedModel()), build)


KINDS = ("weak", "middling", "strong", "confidently_wrong", "rambling_empty", "short_right")


class Oracle:
    """Grades by a function of the answer."""

    def __init__(self, score):
        self._score = score

    def __call__(self, of_round, content, model):
        return self

    async def grade(self, response):
        score = self._score(response.answer)
        levels = {"situation": 3}
        return GradeLine(id=response.id, score=score, levels=levels, checks=(), evidence=())


SCORED = ScoredSet.model_validate(
    {
        "name": "sums",
        "source": "a book, CC0",
        "items": [
            {
                "id": item,
                "question": f"What is {item}?",
                "key_points": [{"text": "the sum of its parts", "right": ["a total"]}],
                "answers": [
                    {"id": n, "text": f"{word} {item}", "score": float(word == "right")}
                    for n, word in enumerate(["right", "wrong", "right", "wrong", "wrong"])
                ],
            }
            for item in ("a", "b", "c")
        ],
    }
)
