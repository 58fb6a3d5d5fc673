"""Reports, debriefs and the history as HTML. Pure: values in, HTML out, all words escaped."""

import html
from collections.abc import Iterable, Sequence

from interviewer import charts
from interviewer.compare import Comparison
from interviewer.debrief import Debrief, Proof, Statement
from interviewer.figures import PushbackReport, QuestionReport
from interviewer.history import CheckProgress, Entry, History
from interviewer.loop_report import LoopReport, RoundReport, StageReport
from interviewer.markdown import OFTEN_WRONG, figures
from interviewer.practice import Practice
from interviewer.report import (
    Advice,
    AreaReport,
    CriterionReport,
    DisputeReport,
    Evidence,
    HeldAgainst,
    Mark,
    Report,
    TranscriptTurn,
)
from interviewer.ui import code_render

GOOD = frozenset({"hire", "strong hire"})
MOST_CHECKS = 8
"""Weakest checks that the history lists."""


def report(value: Report) -> str:
    """The report of one interview: one page to read first, then area by area."""
    return _document(
        _verdict(value),
        _tonight(value.tonight),
        _against(value.against),
        _areas(value.areas),
        *(_area(area, value) for area in value.areas),
        _questions(value.questions),
        _disputes(value.disputes),
        *(code_render.report(one) for one in value.code),
        _transcript(value),
    )


def _document(*parts: str) -> str:
    return f'<div class="report">{"".join(parts)}</div>'


def _e(text: object) -> str:
    return html.escape(str(text))


def _kind(outcome: str) -> str:
    if outcome in GOOD:
        return "good"
    return "open" if outcome in {"no vote", "open"} else "bad"


def _verdict(value: Report) -> str:
    incomplete = (
        f"<p>{value.ungraded} checks could not be judged yet, so this is incomplete.</p>"
        if value.ungraded
        else ""
    )
    judges = ", ".join(sorted({judge.split(" · ")[0] for judge in value.judges}))
    return (
        f'<section class="verdict {_kind(value.vote)}"><h2>Vote: {_e(value.vote)}</h2>'
        f"<p>{_e(value.vote_reason)}</p>{incomplete}"
        f'<p class="fine">{_e(value.title)} · {_e(value.role)}, {_e(value.level)} · with '
        f"{_e(value.interviewer)}, {_e(value.interviewer_title)} · {value.minutes:.0f} min · "
        f"judged by {_e(judges or 'no model')}. Read it as a sparring partner's notes, not as a "
        "verdict on you.</p></section>"
    )


def _tonight(advice: Sequence[Advice]) -> str:
    if not advice:
        return ""
    items = "".join(f"<li>{_gap(one)} {_e(one.advice)}</li>" for one in advice)
    return f"<section><h2>To do tonight</h2><ol>{items}</ol></section>"


def _against(held: Sequence[HeldAgainst]) -> str:
    if not held:
        return ""
    items = "".join(
        f"<li><q>{_e(one.text)}</q> <strong>{_e(one.check)}</strong> "
        f"(question {one.number}). {_e(one.advice)}</li>"
        for one in held
    )
    return f"<section><h2>What counts against you</h2><ul>{items}</ul></section>"


def _areas(areas: Sequence[AreaReport]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_e(one.title)}</th><td>{_level(one)}</td>'
        f"<td>{charts.gauge(one.level, one.bar, one.low, one.high)}</td>"
        f'<td class="side">{_e(one.side)}</td></tr>'
        for one in areas
    )
    bars = ", ".join(sorted({f"{one.bar:.1f}" for one in areas}))
    figure = charts.radar([(one.title, one.level, one.bar) for one in areas])
    return (
        f"<section><h2>Areas</h2><table><caption>Levels from 1 to 5; the bar is {bars}</caption>"
        f"<tbody>{rows}</tbody></table>{_figure(figure)}</section>"
    )


def _figure(svg: str) -> str:
    key = '<p class="fine">Filled: your levels. Dashed: the bar.</p>'
    return f'<div class="figure">{svg}{key}</div>' if svg else ""


def _level(one: AreaReport) -> str:
    return _figure_of(one.level)


def _figure_of(level: float | None) -> str:
    return '<span class="unseen">?</span>' if level is None else f"<strong>{level:.1f}</strong>"


def _area(area: AreaReport, value: Report) -> str:
    own = [one for one in value.criteria if one.area == area.title]
    return f"<section><h2>{_e(area.title)}</h2>{''.join(_criterion(one) for one in own)}</section>"


def _criterion(one: CriterionReport) -> str:
    """Folded away unless it is below the bar."""
    parts = []
    if one.anchor:
        lowered = f" <strong>{_e(one.lowered)}</strong>" if one.lowered else ""
        parts.append(f"<p>{_e(one.anchor)}{lowered}</p>")
    if one.level and one.level < one.bar:
        parts.append(f"<p><strong>The bar:</strong> {_e(one.bar_anchor)}</p>")
    if one.evidence:
        quotes = "".join(
            f"<li><q>{_e(text)}</q> {tags}</li>" for text, tags in _proofs(one.evidence)
        )
        parts.append(f"<h4>Evidence, in your words</h4><ul>{quotes}</ul>")
    if one.missing:
        gaps = "".join(f"<li>{_gap(gap)} {_e(gap.advice)}</li>" for gap in one.missing)
        parts.append(f"<h4>Missing</h4><ul>{gaps}</ul>")
    if one.not_observed:
        names = ", ".join(dict.fromkeys(gap.check for gap in one.not_observed))
        parts.append(f'<p class="fine">Not observed, and not counted: {_e(names)}.</p>')
    is_open = " open" if one.level and one.level < one.bar else ""
    gauge = charts.gauge(one.level, one.bar, one.low, one.high)
    level = one.level or "not observed"
    return (
        f"<details{is_open}><summary><span class=name>{_e(one.title)}: {level} "
        f"<span class=side>{_e(one.sureness)}</span></span>{gauge}"
        f"</summary>{''.join(parts)}</details>"
    )


def _proofs(evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    """Each sentence once, with a tag for each check that it shows."""
    tags: dict[tuple[int, int], list[str]] = {}
    for proof in evidence:
        tag = f'<span class="tag">{_e(proof.check)}</span>'
        tags.setdefault((proof.seq, proof.sentence), []).append(tag)
    texts = {(proof.seq, proof.sentence): proof.text for proof in evidence}
    return [(texts[place], " ".join(of_place)) for place, of_place in tags.items()]


def _gap(gap: Advice) -> str:
    where = _e(f"(question {gap.number}: {gap.note}).")
    return f"<strong>{_e(gap.check)}</strong> {where}"


def _questions(questions: Sequence[QuestionReport]) -> str:
    return f"<section><h2>Question by question</h2>{''.join(map(_question, questions))}</section>"


def _question(one: QuestionReport) -> str:
    facts = "".join(f"<dt>{_e(name)}</dt><dd>{_e(value)}</dd>" for name, value in figures(one))
    parts = [f"<dl>{facts}</dl>"]
    if one.pushbacks:
        rows = "".join(map(_pushback, one.pushbacks))
        parts.append(f"<h4>Where you were challenged</h4><ul>{rows}</ul>")
    if one.key_points:
        rows = "".join(
            f'<li class="point {_e(it.status).replace(" ", "-")}">{_e(it.text)} '
            f'<span class="tag">{_e(it.status)}</span></li>'
            for it in one.key_points
        )
        parts.append(f"<h4>What a full answer holds</h4><ul>{rows}</ul>")
    if one.common_errors:
        rows = "".join(
            f"<li><q>{_e(it.says)}</q><br>{_e(it.tell)}</li>" for it in one.common_errors
        )
        parts.append(
            f"<details><summary>{OFTEN_WRONG} ({len(one.common_errors)})</summary>"
            f"<ul>{rows}</ul></details>"
        )
    return f"<h3>{one.number}. {_e(one.text)}</h3>{''.join(parts)}"


def _pushback(one: PushbackReport) -> str:
    noted = f"<br><strong>Noted:</strong> {_e(one.noted)}" if one.noted else ""
    said = _e(one.answer) if one.answer else "no reply"
    return f"<li>{_e(one.challenge)}<br><strong>You:</strong> {said}{noted}</li>"


def _disputes(disputes: Sequence[DisputeReport]) -> str:
    if not disputes:
        return ""
    rows = "".join(
        f"<li><strong>{_e(one.check)}</strong> (question {one.number}). You said: "
        f"<q>{_e(one.argument)}</q> {_e(one.outcome)}</li>"
        for one in disputes
    )
    return f"<section><h2>What you disagreed with</h2><ul>{rows}</ul></section>"


def _transcript(value: Report) -> str:
    turns = "".join(_turn(turn) for turn in value.transcript)
    return (
        "<section><h2>Transcript</h2>"
        '<p class="fine">Marked: the sentences that count as evidence.</p>'
        f"{turns}</section>"
    )


def _turn(turn: TranscriptTurn) -> str:
    who = "Interviewer" if turn.speaker == "interviewer" else "You"
    why = f'<p class="fine">Why: {_e(turn.why)}</p>' if turn.why else ""
    text = _marked(turn.text, turn.marks)
    return f'<div class="turn {turn.speaker}"><h3>{who}</h3><p>{text}</p>{why}</div>'


def _marked(text: str, marks: Sequence[Mark]) -> str:
    parts, start = [], 0
    for mark in marks:
        title = html.escape("; ".join(mark.checks), quote=True)
        parts.append(_e(text[start : mark.start]))
        parts.append(f'<mark title="{title}">{_e(text[mark.start : mark.end])}</mark>')
        start = mark.end
    parts.append(_e(text[start:]))
    return "".join(parts)


# --- An answer given again --------------------------------------------------------------


def comparison(value: Comparison) -> str:
    """Both answers side by side, and what changed."""
    scores = [
        "not observed" if one is None else f"{1 + 4 * one:.1f}"
        for one in (value.score_before, value.score_after)
    ]
    rows = "".join(
        f'<tr><th scope="row">{_e(one.title)}</th><td>{_e(one.before or "-")}</td>'
        f"<td>{_e(one.after or '-')}</td></tr>"
        for one in value.criteria
    )
    lists = "".join(
        f"<h4>{name}</h4><ul>{''.join(f'<li>{_e(it)}</li>' for it in found)}</ul>"
        for name, found in (
            ("Now shown", value.gained),
            ("No longer shown", value.lost),
            ("Still missing", value.still_missing),
            ("Shown both times", value.kept),
        )
        if found
    )
    columns = "".join(
        f'<div class="turn candidate"><h3>{name}: {score}</h3>'
        f"{''.join(f'<p>{_e(text)}</p>' for text in texts) or '<p>no answer</p>'}</div>"
        for name, score, texts in (
            ("Before", scores[0], value.before),
            ("Now", scores[1], value.after),
        )
    )
    return _document(
        f"<section><h2>The same question again</h2><p>{_e(value.question)}</p>"
        f'<div class="columns">{columns}</div>{lists}'
        "<table><caption>Levels, before and now</caption><thead><tr><th scope=col>Criterion</th>"
        f"<th scope=col>Before</th><th scope=col>Now</th></tr></thead><tbody>{rows}</tbody></table>"
        "</section>"
    )


# --- A loop -----------------------------------------------------------------------------


def break_between(value: LoopReport) -> str:
    """What a candidate sees between two rounds: what is next, and what is done."""
    one = value.next_round
    if one is None:
        return ""
    begun = "Go on with" if one.status == "under way" else "Next"
    principles = f"<p>Leadership Principles: {_e(', '.join(one.principles))}.</p>"
    return _document(
        f'<section class="next"><h2>{begun}: {_e(one.title)}</h2>'
        f"<p>With <strong>{_e(one.interviewer)}</strong>, {_e(one.interviewer_title)}. "
        f"{_e(one.assesses)}</p>{principles if one.principles else ''}"
        f'<p class="fine">{one.questions_planned} questions, about {one.minutes_planned} minutes. '
        f"{value.done} of {len(value.rounds)} rounds are graded; {value.minutes:.0f} minutes so "
        "far. Take a break for as long as you like, or come back another day.</p></section>",
        _rounds(value.rounds),
    )


def loop(value: LoopReport) -> str:
    """The loop once every round was held: decision, tonight, debrief."""
    tonight = "".join(
        f"<li>{_gap(one.advice)} {_e(one.advice.advice)} "
        f'<span class="tag">{_e(charts.short(one.round))}</span></li>'
        for one in value.tonight
    )
    return _document(
        *(_decision(stage, value) for stage in value.stages),
        f"<section><h2>To do tonight</h2><ol>{tonight}</ol></section>" if tonight else "",
        *(_stage_areas(stage) for stage in value.stages),
        _rounds(value.rounds),
        f"<section><p>{_e(value.unheard_line)}</p></section>" if value.unheard_line else "",
        *(_discussion(stage) for stage in value.stages),
    )


def _decision(stage: StageReport, value: LoopReport) -> str:
    debrief = stage.debrief
    reasons = "".join(f"<li>{_e(reason)}</li>" for reason in debrief.reasons)
    days = f"{value.days} day{'s' if value.days != 1 else ''}"
    return (
        f'<section class="verdict {_kind(debrief.decision)}"><h2>{_e(stage.title)}: '
        f"{_e(debrief.decision)}</h2><ul>{reasons}</ul>{_median(debrief)}"
        f'<p class="fine">{_e(value.role)}, {_e(value.level)} · {debrief.votes_for} for, '
        f"{debrief.votes_against} against · {value.minutes:.0f} min in {len(value.rounds)} rounds, "
        f"on {days}, at most {value.longest_sitting} in a row. The decision follows from the "
        "grades by a fixed rule; no model makes it.</p></section>"
    )


def _median(debrief: Debrief) -> str:
    if debrief.beside_median is None:
        return ""
    at, median = debrief.beside_median
    where = "Above" if debrief.above_median else "Not above"
    return f"<p>{where} the median of the role: {at} over all areas, against {median}.</p>"


def _stage_areas(stage: StageReport) -> str:
    areas = stage.debrief.areas
    sides = {True: "passed", False: "below the bar", None: "not observed"}
    rows = "".join(
        f'<tr><th scope="row">{_e(one.title)}</th><td>{_figure_of(one.level)}</td>'
        f"<td>{charts.gauge(one.level, one.bar, one.low, one.high)}</td>"
        f'<td class="side">{sides[one.passed]}</td></tr>'
        for one in areas
    )
    figure = charts.radar([(one.title, one.level, one.bar) for one in areas])
    return (
        f"<section><h2>Areas: {_e(stage.title)}</h2><table><caption>Levels from 1 to 5, over all "
        f"rounds; each must reach its bar</caption><tbody>{rows}</tbody></table>{_figure(figure)}"
        "</section>"
    )


def _rounds(rounds: Sequence[RoundReport]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_e(one.title)}</th><td>{_e(one.interviewer)}</td>'
        f"<td>{_e(_outcome(one) or one.status)}</td></tr>"
        for one in rounds
    )
    svg = charts.timeline(
        [
            (
                one.title,
                one.begun_at,
                one.ended_at,
                one.minutes,
                _outcome(one),
            )
            for one in rounds
        ]
    )
    # On a phone it is scrolled, by keyboard too.
    wide = 'class="figure wide" tabindex="0" role="group" aria-label="Timeline"'
    chart = f"<div {wide}>{svg}</div>" if svg else ""
    return f"<section><h2>Rounds</h2><table><tbody>{rows}</tbody></table>{chart}</section>"


def _outcome(one: RoundReport) -> str:
    return one.report.vote if one.report and one.status == "done" else ""


def _discussion(stage: StageReport) -> str:
    said = "".join(_statement(one) for one in stage.debrief.discussion)
    return f"<section><h2>The debrief: {_e(stage.title)}</h2>{said}</section>"


def _statement(one: Statement) -> str:
    proofs = "".join(f"<li>{_e(point)}</li>" for point in one.points)
    proofs += "".join(f"<li>{_proof(proof)}</li>" for proof in one.proofs)
    listed = f"<ul>{proofs}</ul>" if proofs else ""
    return f'<div class="turn"><h3>{_e(one.speaker)}</h3><p>{_e(one.text)}</p>{listed}</div>'


def _proof(proof: Proof) -> str:
    where = f'<span class="tag">{_e(proof.area)}, question {proof.question}</span>'
    side = proof.side.capitalize()
    if proof.quoted:
        return f"{side}: <q>{_e(proof.text)}</q> ({_e(proof.check)}) {where}"
    return f"{side}: <strong>{_e(proof.check)}</strong>, {_e(proof.text)} {where}"


# --- The history ------------------------------------------------------------------------


def proposal(value: Practice | None) -> str:
    """The next practice, and what it is for."""
    if value is None:
        return _document("<p>Nothing is graded yet; your first interview makes the proposal.</p>")
    reasons = "".join(
        f"<li><strong>{_e(one.label[:1].upper() + one.label[1:])}</strong>: shown {one.shown} of "
        f"{one.times} times; due {one.due_at:%d %b}</li>"
        for one in value.reasons
    )
    asked = "".join(f"<li>{_e(text)}</li>" for text in value.questions)
    return _document(
        f'<section class="next"><h2>Next practice: {_e(value.title)}</h2>'
        f"<p>The weakest first, spaced so that it stays:</p><ul>{reasons}</ul>"
        f"<details><summary>The questions</summary><ul>{asked}</ul></details></section>"
    )


def progress(value: History) -> str:
    """Areas over time with their bars, and the weakest checks."""
    if not value.areas:
        return ""
    figures_ = "".join(
        f"<figure><figcaption>{_e(area.title)}: {area.points[-1].level:.1f}</figcaption>"
        f"{charts.progress(area.title, [(it.at, it.level, it.bar) for it in area.points])}</figure>"
        for area in value.areas
    )
    return _document(
        f'<section><h2>Progress by area</h2><div class="figures">{figures_}</div>'
        '<p class="fine">Dashed: the bar.</p></section>',
        _weakest(value.checks),
    )


def _weakest(checks: Sequence[CheckProgress]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_e(one.label)}</th><td>{one.shown} of {one.times}</td>'
        f"<td>{_trail(one.trail)}</td></tr>"
        for one in checks[:MOST_CHECKS]
        if one.shown < one.times
    )
    if not rows:
        return ""
    return (
        "<section><h2>Weakest checks</h2><table><caption>How often each was shown when it was "
        f"due, oldest first</caption><tbody>{rows}</tbody></table></section>"
    )


def _trail(trail: Iterable[bool]) -> str:
    words = "".join("●" if shown else "○" for shown in trail)
    return f'<span aria-label="{words.count("●")} shown, {words.count("○")} missing">{words}</span>'


def farewell(one: Entry) -> str:
    """What is asked before an entry is deleted."""
    line = f"<strong>{_e(entry_line(one))}</strong>"
    return f"<p>{line} will be gone for good, with its answers and grades.</p>"


def entry_line(one: Entry) -> str:
    """An entry of the history on one line of plain text."""
    parts = [f"{one.created_at:%d %b %Y, %H:%M}", one.title, one.level, one.outcome or one.status]
    return " · ".join(parts)
