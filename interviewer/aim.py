"""What the next follow-up aims at: memory first, then mistakes, then pushback, then gaps.

Asks the judge as little as it can while the candidate waits: what code can decide is decided
without it, and it stops at the first gap.
"""

import asyncio
from collections.abc import Callable, Container, Sequence
from itertools import takewhile

from interviewer import probe, scoring
from interviewer.against import doubts
from interviewer.content import Prompt
from interviewer.grading import Judge
from interviewer.judgement import Judgement
from interviewer.rubric import Check
from interviewer.scene import Scene, quotes
from interviewer.sentences import SentenceRef
from interviewer.session import challenges_so_far, may_probe
from interviewer.signals import likeliest

MOST_CALLS = 12
"""Judge calls spent on finding a gap while the candidate waits (0.3 s each on 2 cores)."""

MOST_DOUBTS = 2
"""Known mistakes and red flags that an answer is judged for while the candidate waits."""

MOST_CHECKS = 3
"""Checks that are put before the judge while the candidate waits.

A check's prompt is read once, in 5 s on 2 cores; its further sentences cost 0.3 s each.
"""

LOOK_AHEAD = 2
"""Checks among which a gap that needs no judge is taken first."""


class Aim:
    """Finds what to follow up on."""

    def __init__(
        self, judge: Judge, contradiction: Prompt, keep: Callable[[str, Judgement], None]
    ) -> None:
        """``keep`` stores a judgement that was made on the way, by interview id."""
        self._judge = judge
        self._contradiction = contradiction
        self._keep = keep

    async def target(self, scene: Scene) -> probe.Target | None:
        """What to follow up on; None: nothing, or no follow-up is left."""
        if not (scene.answers and may_probe(scene.plan, scene.persona, scene.state)):
            return None
        is_answer = scene.last.kind == "answer"
        return (
            (self._doesnt_fit(scene) if is_answer else None)
            or (await self._doubt(scene) if is_answer else None)
            or await self._on_the_ladder(scene)
        )

    def _doesnt_fit(self, scene: Scene) -> probe.Target | None:
        found = scene.contradiction()
        if found is None:
            return None
        first, second = quotes(found)
        wording = self._contradiction.text(
            first=first, second=second, before=found.before.ref is None
        )
        return probe.Target(
            "contradiction",
            None,
            wording,
            wording,
            f"Said before: “{found.first}” Now: “{found.second}” ({found.kind}).",
            found.now.ref,
            found.second,
        )

    async def _doubt(self, scene: Scene) -> probe.Target | None:
        """A claim of the last answer that is known as a mistake, or a red flag."""
        turn, sentences = scene.answers[-1]
        asked = {one.check_id for one in scene.turns if one.trigger == "wrong"}
        for one in doubts(scene.round, scene.question, sentences)[:MOST_DOUBTS]:
            if one.check.id in asked:
                continue
            judgement = await self._judge.check(one.check, turn.seq, one.sentences)
            self._keep(scene.interview.id, judgement)
            if judgement.held(one.check.kind):
                at = next(s for s in one.sentences if s.n == judgement.sentences[0])
                target = probe.doubt(scene.persona, turn.seq, at, one.check, scene.asked)
                if target is not None:
                    return target
        return None

    async def _on_the_ladder(self, scene: Scene) -> probe.Target | None:
        turn, sentences = scene.answers[-1]
        due = probe.pushback_is_due(scene.persona, *challenges_so_far(scene.turns))
        if due and scene.last.kind == "answer":
            target = probe.challenge_claim(scene.persona, turn.seq, sentences, scene.asked)
            if target is not None:
                return target
        ladder = [
            check
            for check in scene.ladder
            if not probe.repeats(check.probe, scene.asked) or check.id in scene.state.probed
        ]
        best = await self._judged(scene, ladder)
        # What was doubted once is not built upon, and not doubted again.
        doubted = {one.about for one in scene.turns if one.trigger == "wrong"}
        return probe.choose_target(
            ladder,
            scene.persona,
            best,
            probed=scene.state.probed,
            answers=[
                (turn.seq, [s for s in said if SentenceRef(seq=turn.seq, n=s.n) not in doubted])
                for turn, said in scene.answers
            ],
            asked=scene.asked,
            pushback_due=due,
        )

    async def _judged(self, scene: Scene, ladder: Sequence[Check]) -> dict[str, Judgement]:
        """The best judgements down the ladder, as far as the first gap."""
        calls = 0

        async def count() -> None:
            nonlocal calls
            calls += 1

        order = self._sure_gap_first(scene, ladder)
        at_once = await self._at_once(scene, order) if self._judge.asks_at_once else []
        judged = {(one.seq, one.check_id): one for one in (*scene.interview.judgements, *at_once)}
        best: dict[str, Judgement] = {}
        fresh = len({one.check_id for one in at_once})
        for check in order:
            spent = calls >= MOST_CALLS or fresh >= MOST_CHECKS
            if spent and self._needs_judge(scene, check, judged):
                continue
            before = calls
            # What an earlier answer shows is no gap, even if it was not judged yet.
            for turn, said in scene.answers:
                found = judged.get((turn.seq, check.id))
                if found is None:
                    found = await self._judge.check(check, turn.seq, said, count)
                    self._keep(scene.interview.id, found)
                best |= scoring.best_judgements([*best.values(), found])
                if found.shown:
                    break
            fresh += calls > before
            if check.id in best and best[check.id].met is not None and not best[check.id].shown:
                break
        return best

    async def _at_once(self, scene: Scene, order: Sequence[Check]) -> list[Judgement]:
        """What the walk down the ladder will ask first, asked side by side.

        Nothing is asked in vain: grading asks for all of it later, and finds it stored.
        """
        until_gap = takewhile(lambda check: _may_be_shown(scene, check), order)
        known = {(one.seq, one.check_id) for one in scene.interview.judgements}
        shown = {one.check_id for one in scene.interview.judgements if one.shown}
        pairs = [
            (check, turn.seq, said)
            for check in until_gap
            for turn, said in scene.answers
            if check.id not in shown and (turn.seq, check.id) not in known
        ][:MOST_CHECKS]
        found = await asyncio.gather(*(self._judge.check(*pair) for pair in pairs))
        for one in found:
            self._keep(scene.interview.id, one)
        return found

    def _needs_judge(self, scene: Scene, check: Check, known: Container[tuple[int, str]]) -> bool:
        """Whether it takes a model to say that an answer shows this check."""
        return any(
            likeliest(check, said)
            for turn, said in scene.answers
            if (turn.seq, check.id) not in known
        )

    def _sure_gap_first(self, scene: Scene, ladder: Sequence[Check]) -> list[Check]:
        """The checks to judge, a near one that no sentence can show before the others."""
        order = probe.unasked(ladder, scene.state.probed)
        for check in order[:LOOK_AHEAD]:
            if not _may_be_shown(scene, check):
                return [check, *(one for one in order if one is not check)]
        return order


def _may_be_shown(scene: Scene, check: Check) -> bool:
    """Whether any sentence so far could show this check; where none could, it is a sure gap."""
    return any(likeliest(check, said) for _, said in scene.answers)
