"""What to say to a keyword that is none where it stands: most often it belongs elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runner.actions.flow import IMPORTS
from runner.actions.names import known_elsewhere, resolve, short_name
from runner.errors import nearest
from runner.loading.keywords import BLOCK, PLAY, TASK

_ROLE = "a role among tasks: `include_role: {name: …}` or `import_role: {name: …}`"
_REPEATED = "a block is not repeated: put its tasks into a file, and `include_tasks` with the loop"
_ON_ITS_TASKS = "a block takes no `{}`: say it on the tasks in it"

_ADVICE: Mapping[str, Mapping[str, str]] = {
    "task": {
        "hosts": "`hosts` belongs to the play; one task elsewhere: `delegate_to`",
        "role": _ROLE,
        "roles": _ROLE,
        "tasks": "tasks within tasks are a `block`",
        "import_playbook": "it stands at the place of a play, not in one",
    },
    "block": {
        "loop": _REPEATED,
        "loop_control": _REPEATED,
        "register": _ON_ITS_TASKS.format("register"),
        "until": _ON_ITS_TASKS.format("until"),
    },
    "play": {"rescue": "`rescue` stands beside `block`, in one entry of `tasks`"},
}


def advice(word: str, what: str, known: Iterable[str]) -> str | None:
    """What to do about a `word` that a `what` (play, block, task …) does not know."""
    special = _ADVICE.get(what, {}).get(word)
    if special is not None:
        return special
    if what == "block" and word.startswith("with_"):
        return _REPEATED
    if what in _ADVICE:
        home = _home(word, what)
        if home is not None:
            return home
    # The parts of module names recur (`_command`, `_config`): what shares one is not yet alike.
    family = _family(word) if what == "task" else []
    close = nearest(short_name(word), [*family, *known], 0.75 if "_" in word else 0.6)
    if close is None and family:
        return "`cli` types commands at any device, `config` configuration lines"
    return f"did you mean `{close}`?" if close else None


def _family(word: str) -> list[str]:
    """The usual actions of a platform, where the word begins like one of them: `ios_confg`."""
    prefix = short_name(word).partition("_")[0]
    kinds = ("command", "config", "facts", "ping")
    return [f"{prefix}_{kind}" for kind in kinds] if resolve(f"{prefix}_command") else []


def _home(word: str, what: str) -> str | None:
    if what == "task":
        return f"`{word}` belongs to the play" if word in PLAY and word not in TASK else None
    if is_action(word) and word not in PLAY:
        place = "make it a task of the block" if what == "block" else "put it under `tasks`"
        return f"`{word}` is an action: {place}"
    if word in TASK and word not in (PLAY if what == "play" else BLOCK):
        return f"`{word}` belongs to a task"
    if what == "block" and word in PLAY:
        return f"`{word}` belongs to the play"
    return None


def is_action(word: str) -> bool:
    """Whether a task may begin with it, in playrun or in Ansible."""
    return bool(resolve(word)) or short_name(word) in IMPORTS or known_elsewhere(word)


def is_task(entry: Any) -> bool:
    """Whether what stands at the place of a play is a task, or a block."""
    if not isinstance(entry, dict) or "hosts" in entry:
        return False
    own = [key for key in entry if isinstance(key, str) and key not in PLAY]
    return any(key == "block" or is_action(key) for key in own)
