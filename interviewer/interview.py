"""The service: start, answer, finish. What the page and the shell both drive.

An answer is stored before anything else happens to it. Replies and grades are made by
tasks that belong to the interview, not to whoever watches it: a reload or a closed tab
stops nothing, and after a crash the stored turns say what is still owed.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from interviewer import logs
from interviewer.against import doubts, warnings_for
from interviewer.ahead import ReadAhead
from interviewer.background import read_background
from interviewer.codeprobe import asked_about_code
from interviewer.coding import latest
from interviewer.content import Content
from interviewer.errors import (
    AnswerRejected,
    ContentError,
    InterviewerError,
    ModelRefused,
    ModelUnavailable,
    StoreError,
    TurnConflict,
)
from interviewer.gates import LONGEST_ANSWER
from interviewer.grading import Judge
from interviewer.judgement import Dispute
from interviewer.leases import RENEW_EVERY, UNKNOWN, Lease, Work
from interviewer.llm import Model
from interviewer.metrics import Metrics
from interviewer.process import Seat
from interviewer.reply import Replier
from interviewer.round import Round
from interviewer.rubric import Check, Question
from interviewer.scene import open_answers
from interviewer.scoring import best_judgements
from interviewer.selection import choose_questions
from interviewer.sentences import Sentence
from interviewer.session import DEFAULT_PERSONA, Interview, Plan, State, candidate_kind, fold
from interviewer.store import Store
from interviewer.transcript import Turn, answers_to

LONGEST_ARGUMENT = 2_000
"""Characters of an argument in a dispute."""

_LOG = logs.log(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks at what another program is at work on, and at the last grades."""

GLANCE_EVERY = 3.0
"""Seconds between looks at the grades while the candidate types."""

LONGEST_YIELD = 0.1
"""Seconds for which a grade waits for those who wait for a reply of an endpoint elsewhere."""

QUESTIONS = 3
"""Questions of an interview unless chosen otherwise: about 45 minutes with follow-ups."""


@dataclass
class _Live:
    """What goes on in an interview right now; everything else is stored."""

    doing: str = ""
    draft: str = ""
    reply_problem: str = ""
    grade_problem: str = ""
    reply: asyncio.Task[None] | None = None
    grade: asyncio.Task[None] | None = None
    ahead: asyncio.Task[None] | None = None
    elsewhere: dict[Work, Lease] = field(default_factory=dict)
    """What another program is at work on."""
    news: int = 0
    """Goes up with whatever is told, but not with more words of a reply."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, **values: str) -> None:
        """Sets values, and wakes everyone who follows where that changes any."""
        changed = {name for name, value in values.items() if getattr(self, name) != value}
        for name, value in values.items():
            setattr(self, name, value)
        if changed:
            self.wake_followers(news=changed != {"draft"})

    def wake_followers(self, news: bool) -> None:
        """Lets everyone who follows look again, and read what is stored where there is ``news``."""
        self.news += news
        self.changed.set()
        self.changed = asyncio.Event()

    @property
    def problem(self) -> str:
        """Why it doesn't go on; a reply that is awaited matters more than a grade."""
        return self.reply_problem or self.grade_problem

    @property
    def replying(self) -> bool:
        """Whether a reply is being made by this program."""
        return self.reply is not None and not self.reply.done()

    @property
    def owed(self) -> list[asyncio.Task[None]]:
        """The tasks under way that somebody waits for."""
        return [task for task in (self.reply, self.grade) if task and not task.done()]

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """All tasks under way."""
        ahead = self.ahead
        return [*self.owed, *([ahead] if ahead and not ahead.done() else [])]


def _problem(work: Work, text: str) -> dict[str, str]:
    """What to tell when a work stumbles; a reply's draft is taken back."""
    return {f"{work}_problem": text, **({"draft": ""} if work == "reply" else {})}


def _doing(draft: str) -> str:
    return "replying" if draft else "thinking"


@dataclass(frozen=True)
class View:
    """Everything that a page or a shell shows of an interview at one moment."""

    interview: Interview
    state: State
    draft: str
    """The interviewer's reply as far as it has come."""
    doing: str
    """"thinking" or "replying" while the interviewer has the turn, else empty."""
    problem: str
    """Why it doesn't go on, and what to do; empty while all is well."""
    graded: int
    to_grade: int

    @property
    def last_seq(self) -> int:
        """The number of the last turn."""
        return self.interview.turns[-1].seq


class InterviewService:
    """Runs interviews. All methods are called in one event loop."""

    def __init__(
        self,
        content: Content,
        model: Model,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = 600.0,
        *,
        metrics: Metrics | None = None,
    ) -> None:
        """``patience``: seconds for which an endpoint that is down is asked again and again."""
        self.content = content
        self.model = model
        self._store = store
        self._now = now
        self._patience = patience
        self._judge = Judge(model, content.prompts, content.fits)
        self._replier = Replier(content, model, self._judge, now, store.add_judgement)
        self._metrics = metrics or Metrics()
        self._ahead = ReadAhead(content, model, self._judge)
        self._lives: dict[str, _Live] = {}
        self._stopping = False
        self._people_waiting = 0
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()
        self._one_grade = asyncio.Lock()

    # --- What a candidate does ---

    def start(
        self,
        areas: str | Sequence[str],
        questions: int = QUESTIONS,
        first: str | None = None,
        question_ids: Sequence[str] = (),
        *,
        background: str = "",
        persona: str = DEFAULT_PERSONA,
        seat: Seat | None = None,
        owner: str = "",
    ) -> str:
        """Stores a new interview of one area or several with its first question; returns its id.

        Needs no model, so the question is there at once. ``question_ids`` fixes the whole
        course, ``first`` only the question to begin with. ``background`` is the text of a job
        description or a résumé: its topics weigh in the choice, and the projects that it names
        are drilled. The text itself is not kept. ContentError for an unknown area
        or question.
        """
        of_round = self.content.round([areas] if isinstance(areas, str) else areas)
        told = read_background(background, self.content.vocabulary)
        chosen = tuple(question_ids) or choose_questions(
            of_round, questions, self._now(), first, told.weights
        )
        if not chosen:
            raise AnswerRejected("An interview needs at least one question; ask for 1 or more.")
        unknown = {*chosen, *([first] if first else [])} - {one.id for one in of_round.questions}
        if unknown:
            known = ", ".join(question.id for question in of_round.questions)
            raise ContentError(
                f"no question {unknown.pop()!r} in {', '.join(of_round.areas)}; there are: {known}"
            )
        plan = Plan(
            areas=of_round.areas,
            question_ids=chosen,
            background=told,
            persona=self.content.persona(persona).id,
            seat=seat,
        )
        return self.begin(plan, owner)

    def begin(self, plan: Plan, owner: str = "", place: tuple[str, int] | None = None) -> str:
        """Stores a new interview after this plan; ``place`` is its round in a loop."""
        self._refuse_while_stopping()
        interview_id = self._store.create(plan, self._replier.first_turn(plan), owner, place)
        _LOG.info(
            "interview begun",
            extra=logs.fields(interview=logs.short(interview_id), areas=" ".join(plan.areas)),
        )
        self._metrics.turn("interviewer")
        return interview_id

    def answer(self, interview_id: str, text: str, after_seq: int) -> None:
        """Stores an answer to turn ``after_seq`` and sets the interviewer to work on it.

        AnswerRejected: nothing was stored, and the message says why. TurnConflict: the
        interview is elsewhere by now (a second tab, a second click).
        """
        self._refuse_while_stopping()
        if not text.strip():
            raise AnswerRejected("Your answer is empty. Type it first, then send it.")
        if len(text) > LONGEST_ANSWER:
            raise AnswerRejected(
                f"Your answer has {len(text):,} characters; at most {LONGEST_ANSWER:,} can be "
                "taken. Shorten it and send it again."
            )
        interview = self._store.load(interview_id)
        state = fold(interview.plan, interview.turns)
        if state.phase != "candidate" or interview.turns[-1].seq != after_seq:
            raise TurnConflict(
                "The interview went on meanwhile, perhaps in another window. This is how it "
                "stands now; your text is still in the box."
            )
        turn = Turn(
            seq=after_seq + 1,
            speaker="candidate",
            kind=candidate_kind(interview.turns, text),
            text=text,
            question_id=None if state.invited else state.question_id,
            at=self._now(),
        )
        self._keep_turn(interview_id, turn)
        self.wake(interview_id)

    def finish(self, interview_id: str) -> None:
        """Ends the interview now; a reply under way is dropped."""
        live = self._live(interview_id)
        if live.reply is not None:
            live.reply.cancel()
        self._store.leases.revoke(interview_id, "reply")
        while not self._closed(interview_id):
            pass  # another program was quicker with a turn of its own
        live.tell(draft="", doing="", reply_problem="")
        # Where its question is gone there is nothing left to grade, and it is over all the same.
        with contextlib.suppress(ContentError):
            self.wake(interview_id)

    def _closed(self, interview_id: str) -> bool:
        """Stores the closing, unless it is there; False: a turn came between, look again."""
        interview = self._store.load(interview_id)
        if fold(interview.plan, interview.turns).phase != "finished":
            try:
                self._keep_turn(interview_id, self._replier.last_turn(interview))
            except TurnConflict:
                return False
        return True

    async def dispute(
        self, interview_id: str, question_id: str, check_id: str, argument: str
    ) -> Dispute:
        """Judges a finding again with the candidate's argument, and keeps both results.

        The argument says where to look; it is no evidence itself. AnswerRejected where there is
        nothing to judge, and the message says why; ModelError when the model can't be asked.
        """
        interview = self._store.load(interview_id)
        of_round = self.content.round(interview.plan.areas)
        if not argument.strip():
            raise AnswerRejected("Say first which of your words show it; then it is judged again.")
        if len(argument) > LONGEST_ARGUMENT:
            raise AnswerRejected(
                f"Your argument has {len(argument):,} characters; at most {LONGEST_ARGUMENT:,} "
                "are read. Say shortly which of your words show it."
            )
        if question_id not in interview.plan.question_ids:
            raise AnswerRejected(f"This interview has no question {question_id!r}.")
        question = of_round.question(question_id)
        known: dict[str, Check] = {check.id: check for check in of_round.ladder_for(question)}
        warnings = warnings_for(of_round, question)
        answers = open_answers(interview.turns, question)
        if check_id in warnings:  # only where it was held against the candidate
            known |= warnings
            answers = [
                (answer, doubt.sentences)
                for answer, sentences in answers
                for doubt in doubts(of_round, question, sentences)
                if doubt.check.id == check_id
            ]
        if check_id not in known or not answers:
            raise AnswerRejected(
                "There is nothing to judge again here: no answer was graded on it."
            )
        judged = [
            await self._judge.dispute(known[check_id], answer.seq, sentences, argument)
            for answer, sentences in answers
        ]
        dispute = Dispute(
            question_id=question_id,
            check_id=check_id,
            argument=argument.strip(),
            judgement=best_judgements(judged)[check_id],
            at=self._now(),
        )
        self._store.add_dispute(interview_id, dispute)
        return dispute

    # --- What is seen ---

    def view(self, interview_id: str) -> View:
        """The interview as it stands; InterviewNotFound when there is none."""
        interview = self._store.load(interview_id)
        live = self._live(interview_id)
        judged = len(interview.judgements)
        state = fold(interview.plan, interview.turns)
        theirs = live.elsewhere.get("reply") if state.phase == "interviewer" else None
        return View(
            interview=interview,
            state=state,
            draft=theirs.draft if theirs else live.draft,
            doing=_doing(theirs.draft) if theirs else live.doing,
            problem=theirs.problem if theirs else live.problem,
            graded=judged,
            to_grade=judged + len(self._pending(interview)),
        )

    async def follow(self, interview_id: str, every: float = 0.25) -> AsyncIterator[View]:
        """The interview as it goes on, until nothing more is under way.

        Takes up whatever is still owed, a reply or a grade. At most one view every ``every``
        seconds; the first, the last, and a reply's first words come in any case.
        """
        live = self._live(interview_id)
        self.wake(interview_id)
        news, looked, pause = -1, time.monotonic(), LOOK_EVERY
        while True:
            began = time.monotonic()
            changed, busy = live.changed, bool(live.owed or live.elsewhere)
            # Nothing is stored while a reply is being made here, and grading waits for it.
            due = began - looked >= pause and not live.replying
            if live.elsewhere and due:
                self.wake(interview_id)
            if due or not busy or news != live.news:
                view, news, looked = self.view(interview_id), live.news, began
                typing = view.state.phase == "candidate" and not live.elsewhere
                pause = GLANCE_EVERY if typing else LOOK_EVERY
            elif not live.elsewhere:
                # Only more words of a reply came: nothing was stored meanwhile.
                view = replace(view, draft=live.draft)
            yield view
            if not busy:
                return
            # Once a second in any case: the model's preparation moves on without a word here.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), timeout=LOOK_EVERY)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(began + every - time.monotonic()):
                    while not live.draft or view.draft:  # the first words are not held back
                        await live.changed.wait()

    async def settled(self, interview_id: str) -> View:
        """The interview once nothing is under way any more."""
        async for view in self.follow(interview_id):
            last = view
        return last

    def ungraded(self, interview: Interview) -> int:
        """How many checks of an interview are still to be judged."""
        return len(self._pending(interview))

    def drop(self, interview_id: str) -> None:
        """Stops all work on an interview that is going to be deleted."""
        live = self._lives.pop(interview_id, None)
        for task in live.tasks if live else []:
            task.cancel()

    def at_work(self) -> tuple[int, int]:
        """How many replies and how many interviews' grades are being made right now."""
        replies = [live.reply for live in self._lives.values() if live.reply]
        grades = [live.grade for live in self._lives.values() if live.grade]
        return sum(not one.done() for one in replies), sum(not one.done() for one in grades)

    @property
    def stopping(self) -> bool:
        """Whether no new turn is taken any more."""
        return self._stopping

    async def drain(self, grace: float) -> None:
        """Takes no new turn from now on, and lets replies under way end within ``grace`` seconds.

        Grading stops at once: what is left of it is taken up at the next start.
        """
        self._stopping = True
        replies = [live.reply for live in self._lives.values() if live.reply]
        for live in self._lives.values():
            if live.grade is not None:
                live.grade.cancel()
        if replies:
            await asyncio.wait(replies, timeout=grace)

    async def close(self) -> None:
        """Stops all work; what is unfinished is taken up at the next start."""
        tasks = [task for live in self._lives.values() for task in live.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- Work ---

    def wake(self, interview_id: str) -> None:
        """Starts what is owed to this interview, unless it is being done already."""
        if self._stopping:
            return
        interview = self._store.load(interview_id)
        pending = self._pending(interview)  # before anything begins: its question may be gone
        live = self._live(interview_id)
        live.elsewhere = {}
        phase = fold(interview.plan, interview.turns).phase
        if phase == "interviewer" and (live.reply is None or live.reply.done()):
            live.reply = self._take_up(interview_id, "reply", self._reply)
            live.tell(doing="thinking" if live.reply else "", draft="", reply_problem="")
        if not pending:
            if live.grade_problem:  # a reply judged what was left
                live.tell(grade_problem="")
        elif live.grade is None or live.grade.done():
            live.grade = self._take_up(interview_id, "grade", self._grade)
        reads_ahead = phase == "candidate" and self.model.keeps_prefixes
        if reads_ahead and (live.ahead is None or live.ahead.done()):
            live.ahead = asyncio.create_task(self._read_ahead(interview_id))

    def _take_up(
        self, interview_id: str, work: Work, do: Callable[[str], Awaitable[None]]
    ) -> asyncio.Task[None] | None:
        """Sets to work, unless another program is at it."""
        lease = self._store.leases.claim(interview_id, work)
        if lease is not None:
            self._live(interview_id).elsewhere[work] = lease
            return None
        return asyncio.create_task(self._hold(interview_id, work, do))

    async def _hold(
        self, interview_id: str, work: Work, do: Callable[[str], Awaitable[None]]
    ) -> None:
        """Works under a lease that was claimed, and gives it back at the end."""
        live = self._live(interview_id)
        beat = asyncio.create_task(self._renew(interview_id, work, asyncio.current_task()))
        try:
            await self._persist(interview_id, work, do)
        finally:
            beat.cancel()
            with contextlib.suppress(InterviewerError):
                self._store.leases.release(interview_id, work)
            # This task still counts as under way; let the followers look once it doesn't.
            asyncio.get_running_loop().call_soon(live.wake_followers, False)

    async def _renew(
        self, interview_id: str, work: Work, working: "asyncio.Task[None] | None"
    ) -> None:
        """Keeps a lease while ``working`` goes on, and ends that where another took it over."""
        live = self._live(interview_id)
        while True:
            await asyncio.sleep(RENEW_EVERY)
            draft = live.draft if work == "reply" else ""
            # Where the database can't be reached, the lease may run out; no turn is lost by it.
            with contextlib.suppress(StoreError):
                if not self._store.leases.renew(interview_id, work, draft, live.problem):
                    break
        live.elsewhere[work] = UNKNOWN
        live.tell(**_problem(work, ""))
        if working is not None:
            working.cancel()

    async def _persist(
        self, interview_id: str, work: Work, do: Callable[[str], Awaitable[None]]
    ) -> None:
        """Does the work, again and again while the endpoint is down and patience lasts."""
        live = self._live(interview_id)
        started, pause = time.monotonic(), 2.0
        try:
            while True:
                try:
                    await do(interview_id)
                    return
                except ModelUnavailable as error:
                    if isinstance(error, ModelRefused):
                        raise
                    self._tell_failure(interview_id, error)
                    live.tell(**_problem(work, str(error)))
                    if time.monotonic() - started + pause > self._patience:
                        return
                await asyncio.sleep(pause)
                pause = min(2 * pause, 15.0)
        except InterviewerError as error:
            self._tell_failure(interview_id, error)
            live.tell(**_problem(work, str(error)))
        except Exception as error:
            self._metrics.failure(error)
            _LOG.exception("an interview's task failed")
            live.tell(**_problem(work, "Something failed here; the program's log says what."))

    async def _reply(self, interview_id: str) -> None:
        live = self._live(interview_id)
        interview = self._store.load(interview_id)
        if fold(interview.plan, interview.turns).phase != "interviewer":
            return
        self._people_waiting += 1
        self._nobody_waits.clear()
        began, first = time.monotonic(), 0.0

        def draft(text: str) -> None:
            nonlocal first
            if text and not first:
                first = time.monotonic() - began
                self._metrics.first_token(first)
            live.tell(doing="replying", draft=text, reply_problem="")

        try:
            live.tell(doing="thinking")
            turn = await self._replier.next_turn(
                interview, draft, self._store.turns_before(interview_id)
            )
            self._keep_turn(interview_id, turn)
            self._keep_what_was_asked_about(interview, turn)
            took = time.monotonic() - began
            self._metrics.reply(took)
            _LOG.info(
                "replied",
                extra=logs.fields(
                    interview=logs.short(interview_id),
                    kind=turn.kind,
                    first_ms=round(1000 * first),
                    ms=round(1000 * took),
                ),
            )
        except TurnConflict:
            told = logs.fields(interview=logs.short(interview_id))
            _LOG.info("another program was quicker", extra=told)
        finally:
            self._people_waiting -= 1
            if not self._people_waiting:
                self._nobody_waits.set()
        live.tell(doing="", draft="", reply_problem="")
        self.wake(interview_id)

    def _keep_what_was_asked_about(self, interview: Interview, turn: Turn) -> None:
        """A draft that a follow-up is about outlives the next one: it tells what changed since."""
        about = turn.question_id and asked_about_code([turn], turn.question_id)
        read = latest(interview.code, turn.question_id) if about and turn.question_id else None
        if read is not None and read.kind == "draft":
            self._store.add_code(interview.id, read.model_copy(update={"kind": "kept"}))

    async def _grade(self, interview_id: str) -> None:
        """Judges what is left to judge; whoever waits for a reply goes first.

        The interview's own reply judges first in any case: that needn't be asked again.
        """
        live = self._live(interview_id)
        pending: list[tuple[Turn, Check, tuple[Sentence, ...]]] = []
        news = live.news
        while True:
            while live.replying and not live.draft:
                await live.changed.wait()
            await self._let_people_first()
            # A reply judges too, and what is shown is not looked for in later answers.
            if not pending or news != live.news:
                pending, news = self._pending(self._store.load(interview_id)), live.news
            if not pending:
                return
            answer, check, sentences = pending.pop(0)
            judgement = await self._judge.check(
                check, answer.seq, sentences, self._let_people_first
            )
            self._store.add_judgement(interview_id, judgement)
            self._metrics.grade(judgement.met is not None)
            if judgement.shown:
                pending = []
            if live.grade_problem:
                live.tell(grade_problem="")

    def _keep_turn(self, interview_id: str, turn: Turn) -> None:
        self._store.add_turn(interview_id, turn)
        self._live(interview_id).wake_followers(news=True)
        self._metrics.turn(turn.speaker)

    def _tell_failure(self, interview_id: str, error: InterviewerError) -> None:
        self._metrics.failure(error)
        # These errors' messages are the program's own: they quote no one.
        _LOG.warning(
            "work failed: %s", error, extra=logs.fields(interview=logs.short(interview_id))
        )

    def _refuse_while_stopping(self) -> None:
        if self._stopping:
            raise AnswerRejected(
                "The program is being stopped. What you sent before is stored, and your text is "
                "still in the box: send it again once the page is back."
            )

    async def _read_ahead(self, interview_id: str) -> None:
        """Lets the model read ahead while the candidate has the turn, and nobody waits for it."""
        live = self._live(interview_id)
        with contextlib.suppress(InterviewerError):  # whoever waits for the model is told
            while True:
                await self._let_people_first()
                interview = self._store.load(interview_id)
                if fold(interview.plan, interview.turns).phase != "candidate":
                    return
                if not await self._ahead.step(interview):
                    return
                # Grading reads beginnings too, and what is owed goes before what may be needed.
                if live.grade is not None and not live.grade.done():
                    await asyncio.wait([live.grade])

    async def _let_people_first(self) -> None:
        """Waits until nobody waits for a reply.

        An endpoint that serves many at once is not kept from grading by them for ever. Then the
        grades of all interviews go on one after another, with the event loop's other work
        between them: twenty that go on at once keep everybody's page waiting.
        """
        longest = None if self.model.keeps_prefixes else LONGEST_YIELD
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._nobody_waits.wait()
        async with self._one_grade:
            await asyncio.sleep(0)

    def _pending(self, interview: Interview) -> list[tuple[Turn, Check, tuple[Sentence, ...]]]:
        """The checks that are still to be judged, oldest answer first.

        What is graded in every round comes after everything that is a question's own, and only
        for answers that show something of that.
        """
        of_round = self.content.round(interview.plan.areas)
        shown_in: dict[int, set[str]] = {}
        for one in interview.judgements:
            if one.shown:
                shown_in.setdefault(one.seq, set()).add(one.check_id)

        def across(question: Question) -> Sequence[Check]:
            answers = answers_to(interview.turns, question.id)
            shown = set().union(*(shown_in.get(turn.seq, ()) for turn in answers))
            spoken = of_round.speaks_to(question, shown)
            return of_round.across_checks_for(question) if spoken else ()

        own = self._unjudged(interview, of_round, of_round.own_ladder_for)
        everywhere = self._unjudged(interview, of_round, across)
        return own + everywhere + self._unjudged_doubts(interview, of_round)

    def _unjudged_doubts(
        self, interview: Interview, of_round: Round
    ) -> list[tuple[Turn, Check, tuple[Sentence, ...]]]:
        """What may count against the answers."""
        judged = {(one.seq, one.check_id) for one in interview.judgements}
        return [
            (answer, one.check, one.sentences)
            for question in map(of_round.question, interview.plan.question_ids)
            for answer, sentences in open_answers(interview.turns, question)
            if answer.kind == "answer"  # a question to the interviewer claims nothing
            for one in doubts(of_round, question, sentences)
            if (answer.seq, one.check.id) not in judged
        ]

    def _unjudged(
        self,
        interview: Interview,
        of_round: Round,
        checks_for: Callable[[Question], Sequence[Check]],
    ) -> list[tuple[Turn, Check, tuple[Sentence, ...]]]:
        """The open ones among the checks that ``checks_for`` a question.

        A check that an earlier answer to the same question shows is not judged again.
        """
        judged = {(one.seq, one.check_id): one for one in interview.judgements}
        pending = []
        for question_id in interview.plan.question_ids:
            question = of_round.question(question_id)
            shown: set[str] = set()
            checks = checks_for(question)
            for answer, sentences in open_answers(interview.turns, question):
                for check in checks:
                    judgement = judged.get((answer.seq, check.id))
                    if judgement is not None and judgement.shown:
                        shown.add(check.id)
                    elif judgement is None and check.id not in shown:
                        pending.append((answer, check, sentences))
        return pending

    def _live(self, interview_id: str) -> _Live:
        return self._lives.setdefault(interview_id, _Live())
