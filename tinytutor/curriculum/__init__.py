"""What there is to learn: the course, its modules and the graph of their prerequisites."""

from tinytutor.curriculum.model import (
    Branch,
    Course,
    Identity,
    Limits,
    Milestone,
    Module,
    Prerequisite,
    UnknownMilestoneError,
    UnknownModuleError,
)

__all__ = [
    "Branch",
    "Course",
    "Identity",
    "Limits",
    "Milestone",
    "Module",
    "Prerequisite",
    "UnknownMilestoneError",
    "UnknownModuleError",
]
