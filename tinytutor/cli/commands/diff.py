"""`tinytutor diff`: what the student changed."""

from __future__ import annotations

from tinytutor.cli.choosing import chosen_module
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.ACCENT}


@tutor_command("diff", short_help="Your code against the starter.")
@module_argument(required=False)
def command(session: Session, module: str | None) -> None:
    """Show your code of MODULE against its starter, as a unified diff.

    Example: tinytutor diff 02
    """
    chosen = chosen_module(session, module)
    difference = session.tutor.diff(chosen.id)
    if not difference:
        session.output.note(f"{chosen.id} is as the starter was: nothing written yet.")
    for line in difference.splitlines():
        is_header = line.startswith(("+++", "---"))
        tone = Tone.STRONG if is_header else _TONES.get(line[:1], Tone.PLAIN)
        session.output.line((line, tone))
