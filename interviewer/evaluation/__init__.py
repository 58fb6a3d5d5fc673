"""Measures the grader (against people, on its own calibration answers, under attack) and the
interviewer's follow-ups.

Nothing here is used in an interview. It asks the engine what any caller asks.
"""
