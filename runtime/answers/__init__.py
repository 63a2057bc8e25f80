"""Reads what models write as answers of the type that was asked for: one file for each kind of answer."""

from synthc.runtime.answers.read import READING, failed_answer, read_answer
from synthc.runtime.answers.unreadable import Refused, Unreadable

__all__ = ["READING", "Refused", "Unreadable", "failed_answer", "read_answer"]
