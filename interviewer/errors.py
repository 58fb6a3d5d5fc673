"""The error tree. Every message says what went wrong and what to do next."""


class InterviewerError(Exception):
    """Base of every error this package raises on purpose."""


class SettingsError(InterviewerError):
    """The environment holds a value that can't be used."""


class ContentError(InterviewerError):
    """A rubric or prompt file is broken; the message names file, line and cure."""


class WeightsError(InterviewerError):
    """The embedded model's file could not be fetched or verified."""


class ModelError(InterviewerError):
    """The model endpoint did not give a usable reply."""


class ModelUnavailable(ModelError):
    """The endpoint can't be reached, refuses, or is overloaded; trying again later can help."""


class ModelRefused(ModelUnavailable):
    """The endpoint refuses; asking again changes nothing until a setting is mended."""


class RequestRefused(ModelRefused):
    """The endpoint refuses a request as it is, for a setting or its words; others it may take."""


class ModelReplyError(ModelError):
    """The endpoint replied with something that is not a usable completion."""


class StoreError(InterviewerError):
    """The database could not be read or written."""


class InterviewNotFound(InterviewerError):
    """No interview has this id."""

    def __init__(
        self, said: str = "this interview is not here (any more); start a new one"
    ) -> None:
        super().__init__(said)


class TurnConflict(InterviewerError):
    """The interview moved on (another tab, a second click) since the caller last looked."""


class AnswerRejected(InterviewerError):
    """The text can't be taken as an answer; nothing was stored and the candidate keeps it."""


class SandboxUnavailable(InterviewerError):
    """A candidate's code can't be run safely on this machine; the message says why."""


class SandboxBusy(InterviewerError):
    """Too many runs of one candidate wait already."""


class CodeRejected(InterviewerError):
    """The code can't be taken, because it is empty or too long; nothing was run."""


class ArchiveError(InterviewerError):
    """A file that was to be imported holds something else."""


class ChoiceError(InterviewerError):
    """Something was chosen that is not there."""
