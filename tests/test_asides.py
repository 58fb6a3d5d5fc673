"""What an interviewer says to turns that are no answers; none uses up a follow-up."""

import pytest

from interviewer.grading import Judge
from interviewer.reply import Replier
from interviewer.session import Interview, Plan, candidate_kind, fold, hinted
from interviewer.transcript import answers_to
from tests.doubles import NOW, ScriptedModel, shipped_content

STORY = (
    "In March our billing team had to switch off the usage exporter. I wrote a comparison script "
    "over the storage logs of one region and recommended to remove it. Finance confirmed that the "
    "invoices stayed the same, and customers never noticed."
)


class Room:
    """A candidate and an interviewer with a scripted model."""

    def __init__(self, content, turn, **plan):
        self.content, self.turn = content, turn
        ids = plan.pop("question_ids", ("failure", "conflict"))
        self.plan = Plan(areas=("story",), question_ids=ids, **plan)
        self.model = ScriptedModel()
        self.kept = []
        self.replier = Replier(
            content,
            self.model,
            Judge(self.model, content.prompts),
            lambda: NOW,
            lambda _, one: self.kept.append(one),
        )
        self.turns = [self.replier.first_turn(self.plan)]

    async def say(self, text, earlier=()):
        state = fold(self.plan, self.turns)
        kind = candidate_kind(self.turns, text)
        question = None if state.invited else state.question_id
        said = self.turn(len(self.turns) + 1, "answer", text, question)
        self.turns.append(said.model_copy(update={"kind": kind}))
        interview = Interview(
            id="x", created_at=NOW, plan=self.plan, turns=tuple(self.turns), judgements=()
        )
        reply = await self.replier.next_turn(interview, lambda _: None, earlier)
        self.turns.append(reply)
        return reply


@pytest.fixture
def room(content, turn):
    return Room(content, turn)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("Could you repeat the question?", "repetition", "Tell me about a time you failed"),
        ("Give me a minute please.", "pause", "take the time"),
        ("Do you mean at work or at university?", "clarification", "Any one where you did"),
        ("I'm stuck.", "hint", "way in"),
        ("I don't know.", "hint", "honest answer"),
        ("This is a stupid question.", "boundary", "respectful"),
        ("What's the weather like today?", "steer", "I asked: Tell me about a time"),
        ("...", "nudge", "Take your time"),
    ],
)
async def test_each_has_its_own_turn_and_costs_nothing(room, text, kind, said):
    reply = await room.say(text)
    assert reply.kind == kind
    assert said in reply.text
    state = fold(room.plan, room.turns)
    assert (state.probes, state.question_id) == (0, "failure")
    assert answers_to(room.turns, "failure") == []
    assert (room.model.asked, room.model.phrased, room.kept) == ([], [], [])


async def test_a_hint_comes_once_and_is_kept_for_the_grade(room):
    await room.say("I'm stuck.")
    assert hinted(room.turns, "failure") == {None}
    reply = await room.say("I don't know.")
    assert (reply.kind, reply.question_id) == ("question", "conflict")
    assert "That's fine" in reply.text
    assert "Let's leave that one" in reply.text


async def test_not_knowing_a_follow_up_is_met_with_another_one(room):
    first = await room.say(STORY)
    reply = await room.say("I don't remember.")
    assert (first.kind, reply.kind) == ("probe", "probe")
    assert reply.text.startswith("That's fine")
    assert reply.check_id != first.check_id


async def test_a_story_told_twice_is_noticed_once(room):
    room.plan = room.plan.model_copy(update={"most_probes": 0})
    await room.say(STORY)
    reply = await room.say(STORY.replace("In March our", "There our"))
    assert (reply.kind, reply.trigger) == ("redirect", "same_story")
    assert "In March our billing team" in reply.text
    assert (await room.say("No, that is the one I have, and I wrote it.")).kind != "redirect"


async def test_a_story_of_an_earlier_interview_is_noticed(content, turn):
    room = Room(content, turn, question_ids=("conflict",), most_probes=0)
    before = turn(2, "answer", STORY, "failure")
    assert (await room.say(STORY, earlier=[before])).trigger == "same_story"


async def test_a_contradiction_is_asked_about_with_both_quotes(room):
    await room.say("The ranker cut churn by 12 percent on the holdout set. We shipped it in May.")
    reply = await room.say("On the holdout set the ranker cut churn by 30 percent.")
    assert (reply.kind, reply.trigger, reply.model) == ("probe", "contradiction", None)
    assert "12 percent" in reply.text
    assert "30 percent" in reply.text
    assert reply.about.seq == 4
    assert reply.reason


async def test_the_words_that_clash_are_quoted_and_asked_about_once(room):
    await room.say(
        "For that launch, which I liked a lot, we ran ads in a team of five. It shipped."
    )
    reply = await room.say(
        "To launch ads, as my manager wished it, we had twelve people in our team."
    )
    assert (reply.trigger, "a team of five" in reply.text) == ("contradiction", True)
    assert "twelve people in our team" in reply.text
    again = await room.say("Both hold. Ads had twelve people in our team, five of them engineers.")
    assert again.trigger != "contradiction"


async def test_a_follow_up_that_held_nothing_is_asked_again(content, turn):
    room = Room(content, turn, question_ids=("failure",))
    asked = await room.say(STORY)
    assert asked.kind == "probe"
    again = await room.say("Forty.")
    assert (again.kind, asked.text in again.text) == ("redirect", True)


async def test_the_candidate_may_ask_at_the_end(content, turn):
    room = Room(content, turn, question_ids=("failure",), most_probes=0)
    assert (await room.say(STORY)).kind == "invitation"
    first = await room.say("What is the Bar Raiser there for?")
    assert (first.kind, "another team" in first.text) == ("reply", True)
    last = await room.say("And what will my salary be?")
    assert last.kind == "closing"
    assert "I can't know that" in last.text
    assert fold(room.plan, room.turns).phase == "finished"


async def test_who_has_no_question_is_let_go(content, turn):
    room = Room(content, turn, question_ids=("failure",), most_probes=0)
    await room.say(STORY)
    assert (await room.say("No, thanks.")).kind == "closing"


def test_no_clarification_gives_a_key_point_away():
    shipped = shipped_content()
    answers = [one.answer for one in shipped.repertoire.clarifications.topics]
    for rubric in shipped.rubrics.values():
        for question in rubric.questions:
            for point in question.key_points:
                assert not any(point.text in answer for answer in answers)
