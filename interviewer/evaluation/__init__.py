"""Measures the grader: against people, on its own calibration answers, under attack.

Nothing here is used while grading. It asks the grader what any caller asks, and knows no
part of it.
"""
