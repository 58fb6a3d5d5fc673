"""Which turns of a candidate are answers, and what the others are."""

from time import process_time

import pytest

from interviewer.moves import asks_nothing, read_move
from tests.doubles import shipped_content

MOVES = [
    ("...", "silence"),
    ("Hm.", "silence"),
    ("(silence)", "silence"),
    ("Could you repeat the question?", "repeat_request"),
    ("Sorry?", "repeat_request"),
    ("Give me a minute please.", "pause_request"),
    ("Let me think about it.", "pause_request"),
    ("I don't know.", "dont_know"),
    ("I can't think of an example.", "dont_know"),
    ("I have nothing to add to that.", "dont_know"),
    ("I'm stuck.", "stuck"),
    ("Can I have a hint?", "stuck"),
    ("This is a stupid question.", "rude"),
    ("Are you even listening?", "rude"),
    ("Do you mean the training loss or the validation loss?", "clarifying_question"),
    ("How many users should I assume?", "clarifying_question"),
    ("What do you mean by loss?", "clarifying_question"),
    ("What's the weather like in Seattle?", "off_topic"),
    # Answers, whatever else they hold.
    ("We did it. It worked, and I'm not sure why.", "answer"),
    ("I don't know the exact figure but I estimated it at 12 percent.", "answer"),
    ("Not sure, maybe the cache?", "answer"),
    ("First I would ask who the users are and what they need.", "answer"),
    ("Eleven percent.", "answer"),
    (
        "I can't say that. On the holdout set recall went up by 5 points, which sales liked.",
        "answer",
    ),
    ("Stupid question, but I built the parser and it cut errors by 9 percent in May.", "answer"),
    ("Our customers could not repeat the order, so I fixed that question form.", "answer"),
    ("I let the team think about it for a minute, then we decided to roll back.", "answer"),
]


@pytest.mark.parametrize(("text", "move"), MOVES)
def test_a_turn_is_read_by_its_form(text, move):
    assert read_move(text) == move


# By form, where the same words tell, ask or insult.
ANSWERS = [
    "We dropped accuracy, as with so few frauds it is useless.",
    "It runs garbage collection between batches, so the tail latency grows.",
    "No, because that feature was useless without the join.",
    "It was a silly process, so I replaced it with a script.",
    "We had to stop wasting time on tuning; the labels were wrong.",
    "I move the left pointer until the sum fits.",
    "I move the right pointer until the window breaks the rule",
    "The p-value was 0.3, so I can't say it was significant.",
    "With so few samples you cannot tell the two models apart.",
    "Residual layers let the gradient skip this block.",
    "Training one epoch would take a minute on a single GPU, so we ran five.",
    "Customers couldn't get the page, the cache was cold.",
    "It never happened again, since the check runs nightly.",
    "One hundred.",
    "One per shard.",
    "I need a second annotator to measure agreement.",
    "The users come again after a week.",
    "This would help me see which feature leaks.",
    "The gradient is completely lost in the early layers.",
    "They were not sure which label fits, as the guide was vague.",
    "The team had no clue why the recall fell.",
    "Users type silly questions, so the bot needs a fallback.",
    "I couldn't get the data from the vendor in time.",
    "I couldn't get it to converge.",
    "The null result can't tell us that there is no effect.",
    "It is a waste of time to tune before the labels are right.",
    "The pointer moves on when it is larger.",
    "A slow pointer and a fast pointer meet if there is a cycle.",
    "A nudge in the checkout would shift the order.",
    "I need a pointer to the last node.",
    "I have a pointer to the head and one to the tail.",
    "You need a pointer for each list.",
    "Two pointers.",
    "Take a minute bucket per user and count the calls.",
    "Each step needs one more second than the last.",
    "The weather is one of the features.",
    "I skip that character when no token fits.",
    "If there is an edge back, I skip it.",
    "The gateway drops it after one minute.",
    "A dumb baseline that always says no gets 99 percent.",
    "You get a useless ranking without negatives.",
    "It is useless.",
    "That is useless when classes are rare.",
    "This stupid thing of a cron job deleted the table.",
    "You would be stupid to ignore the base rate.",
    "The packets are lost.",
    "The message is lost, then the sender tries it again.",
    "Lost updates happen where two writers read the same row.",
    "Pass the gradient through the gate unchanged.",
    "Next to each other after the sort.",
    "Skip this layer and the norm stays the same.",
    "Wait and retry.",
    "The clue is the residual plot.",
    "Repeat it until no centre moves.",
    "Repeat that for each fold, and take the mean.",
    "Assign each point, move the centres, and repeat that until nothing moves.",
    "I can't tell them apart by accuracy alone, the classes are too rare.",
    "I can't say that it was significant, the interval holds zero.",
    "We don't know yet how it does on calls over an hour; we will by June.",
    "The model will confidently repeat it.",
    "My guess is that the drop comes from new users, but I don't know that yet.",
    "I have a pointer.",
    "There is a hint in the logs.",
    "This is a dumb heuristic, but it is fast.",
]
ASIDES: dict[str, list[str]] = {
    "clarifying_question": [
        "Should I assume the movie catalogue is fixed, or does it grow every day?",
        "Can I assume that there is a hint in the log?",
        "Silly question, but is the list sorted?",
        "How many songs does the catalogue hold?",
        "Does the weather feature come from a forecast?",
        "Do you mean the weather at the time of the order?",
    ],
    "rude": [
        "This is a stupid question.",
        "You are useless.",
        "You're an idiot.",
        "You stupid bot.",
        "You stupid machine.",
        "What a stupid question.",
        "Stupid question.",
        "Your questions are pointless.",
        "This interview is a joke.",
        "This is a waste of time.",
        "What a waste of time.",
        "You are wasting my time.",
        "Stop wasting my time.",
        "This is a waste of my time.",
        "This whole interview is ridiculous.",
        "This is ridiculous.",
        "That's bullshit.",
        "Shut up.",
        "Fuck off.",
        "Are you stupid?",
        "This bot is useless.",
        "You ask dumb questions.",
        "Who do you think you are?",
        "I hate this stupid interview.",
        "You complete moron.",
        "You’re pathetic.",  # noqa: RUF001
        "What a waste of my time.",
        "It's a stupid interview.",
        "This is such a dumb, pointless interview.",
        "That was a stupid question.",
        "Your question is garbage.",
        "You are a joke.",
    ],
    "stuck": [
        "Can I have a hint?",
        "Could I get a small hint please?",
        "Give me a hint.",
        "Any hint?",
        "Any hints?",
        "Hint please.",
        "A hint, please.",
        "A hint?",
        "I need a nudge.",
        "I could use a hint here.",
        "Do you have a clue for me?",
        "Can you give me a hint?",
        "Could you give a pointer?",
        "I would like a hint.",
        "I'd like a hint.",
        "Is there any hint?",
        "I want a hint.",
        "Can you help me?",
        "Help me.",
        "Please help me out here.",
        "I'm a bit stuck.",
        "I am completely lost.",
        "I'm stuck here, sorry.",
        "Totally lost.",
        "Stuck.",
        "I don't know where to start.",
        "I have no idea how to begin.",
        "I'm stuck on the second part.",
        "I am lost, what do you want?",
        "Do you have a hint?",
        "Give me a pointer, please.",
    ],
    "dont_know": [
        "I can't say.",
        "I cannot tell.",
        "Can't say.",
        "Skip this one please.",
        "Can we skip this?",
        "Let's skip this question.",
        "I'd like to skip this one.",
        "I will pass on that.",
        "Skip it.",
        "Pass.",
        "I don’t know.",  # noqa: RUF001
        "I honestly don't know.",
        "I really don't know that.",
        "Sorry, I don't remember.",
        "To be honest I do not recall the details.",
        "No idea.",
        "I have no idea.",
        "I've no clue.",
        "Sorry, no idea.",
        "Not sure.",
        "I'm not sure.",
        "I am not really sure.",
        "Honestly, I'm not quite sure.",
        "I'm sorry, I can't answer that.",
        "I can't answer this question.",
        "I can't remember.",
        "Right now I can't think of one.",
        "I couldn't tell you.",
        "I couldn't say why.",
        "For the second one, I can't say.",
        "That I don't know.",
        "The exact number I don't know.",
        "I don't have an example.",
        "I don't have a good story for that.",
        "That never happened to me.",
        "I never had that.",
        "Beats me.",
        "idk",
        "I've nothing more to add.",
        "I can't come up with anything.",
        "Honestly, I cannot come up with one.",
        "I don't really know.",
        "Hmm, I don't know.",
        "It never happened.",
        "May I skip that one?",
        "I can't tell you that.",
        "Sorry but I can't say.",
    ],
    "pause_request": [
        "Give me a minute.",
        "I need a minute to think.",
        "I need a moment.",
        "Can I have a minute?",
        "Could I take a moment to think?",
        "Let me take a second.",
        "I'd like to take a minute.",
        "I'll need a minute.",
        "One moment please.",
        "One second.",
        "Just a moment.",
        "Just a sec.",
        "Hold on.",
        "Hold on a second.",
        "Wait.",
        "Wait a minute.",
        "Ok, wait a second.",
        "Let me think.",
        "Okay, let me think for a moment.",
        "Bear with me.",
        "Can you give me a moment?",
        "Need a minute.",
        "I just need a moment to collect my thoughts.",
        "Good question, let me think.",
        "Hmm, I need a second.",
        "May I have a minute to think?",
        "I would need a moment here.",
        "A moment, please.",
    ],
    "repeat_request": [
        "Sorry, I didn't get that.",
        "I didn't get that.",
        "I didn't get the question.",
        "I couldn't hear you.",
        "I'm sorry, I didn't catch that.",
        "Didn't catch that.",
        "Could you say that again?",
        "Say that again, please.",
        "Say it again?",
        "Come again?",
        "Repeat that.",
        "Please repeat the question.",
        "Can you rephrase?",
        "Please rephrase that.",
        "Repeat, please.",
        "Would you mind repeating that?",
        "What was the question again?",
        "Pardon me?",
        "I beg your pardon?",
        "One more time, please.",
        "Sorry, can you repeat that? I couldn't hear it.",
        "I didn't hear the last part.",
        "Repeat the question please, I didn't hear it.",
        "Rephrase the last question.",
    ],
    "off_topic": [
        "what's the weather like today?",
        "do you like pizza?",
        "tell me a joke",
        "How's the weather?",
        "How about some pizza?",
        "Did you see the football match?",
        "Have you seen that movie?",
        "Do you know a good recipe?",
        "What did you have for lunch?",
        "Do you think of buying bitcoin?",
        "What's your name?",
        "Are you a robot?",
        "Who won the football game?",
        "Do you watch football?",
        "What's your favourite movie?",
        "Can you tell me a joke?",
        "Shall we get lunch?",
        "Can you recommend a movie?",
        "What will the weather be tomorrow?",
        "Which movie should I watch tonight?",
    ],
}


@pytest.mark.parametrize("text", ANSWERS)
def test_words_of_an_aside_within_an_answer_make_it_none(text):
    assert read_move(text) == "answer"


@pytest.mark.parametrize(
    ("text", "move"), [(text, move) for move, texts in ASIDES.items() for text in texts]
)
def test_an_aside_is_known_in_other_words(text, move):
    assert read_move(text) == move


def test_what_the_files_say_of_right_answers_is_an_answer():
    asks = {"answer", "clarifying_question"}
    rights = [
        point.right
        for rubric in shipped_content().rubrics.values()
        for question in rubric.questions
        for point in question.key_points
        if point.right
    ]
    assert len(rights) > 1_000
    assert {text: move for text in rights if (move := read_move(text)) not in asks} == {}


def test_a_long_row_of_marks_is_read_at_once():
    for mark in (". ", "; ", "\n", "so ", "it is a "):
        began = process_time()
        read_move(mark * (1_990 // len(mark)) + "b c d")
        assert process_time() - began < 1


def test_after_the_invitation_a_question_is_no_clarification():
    assert read_move("How many people are on the team?", inviting=True) == "answer"


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("No, thanks.", True),
        ("I'm good, thank you.", True),
        ("No", True),
        ("What is the team working on?", False),
        ("Tell me about the bar raiser.", False),
        ("No questions about pay, but what happens next?", False),
        ("Thank you! I would love to hear what the team works on.", False),
        ("Thanks, tell me how you measure success in the first year.", False),
        ("No, but I'd like to know how big the team is.", False),
        ("No, but I’d like to know how big the team is.", False),  # noqa: RUF001
        ("Thanks. I wonder how the team is set up.", False),
        ("Thank you, I'm curious about the roadmap.", False),
        ("Thanks, I have one more question: how big is the team", False),
        ("Nothing about pay, but do tell me about the bar raiser.", False),
        ("Thanks. Could you tell me how on-call works.", False),
        ("Nothing else I'd like to know.", True),
        ("No, you told me all I wanted to know.", True),
        ("Thanks, I'd love to hear back from you soon.", True),
        ("Thank you for your time, it was a good talk.", True),
        ("No, I have no questions.", True),
        ("No, I don't want to ask anything.", True),
    ],
)
def test_who_asks_nothing_at_the_end(text, nothing):
    assert asks_nothing(text) is nothing
