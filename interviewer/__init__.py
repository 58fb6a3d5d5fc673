"""A mock interviewer for the AWS Research / Applied Scientist loop."""

__version__ = "0.1.0"
