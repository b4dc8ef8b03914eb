"""A playbook file becomes frozen models; every mistake is found with its file:line:column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runner import yaml
from runner.errors import LoadError, PlayrunError, Problems, nearest
from runner.loading.commands import read_commands
from runner.loading.convert import Place, Reader, kind_of
from runner.loading.keywords import NOT_YET_PLAY, PLAY
from runner.loading.tasks import OfPlay, output_path, read_tasks
from runner.model import Play, Playbook, Task
from runner.values import Origin, Source


def load_playbook(file: Path, *, vault: yaml.VaultHook | None = None) -> tuple[Playbook, list[str]]:
    """Reads a playbook; returns it with its warnings (duplicate keys).

    Raises a LoadError, or Problems with all that is wrong at once.
    """
    document = yaml.parse(_read(file), str(file), all_sources=True, vault=vault)
    plays = document.data
    if plays is None:
        raise LoadError("the playbook is empty", origin=Origin(str(file), 1, 1))
    if not isinstance(plays, list):
        raise LoadError(
            f"a playbook is a list of plays, not {kind_of(plays)}",
            origin=document.origin(()),
            hint="begin each play with `- hosts: …`",
        )
    if not plays:
        raise LoadError("the playbook has no plays", origin=document.origin(()))
    problems: list[PlayrunError] = []
    read = [_play(Place(document, (index,)), problems) for index in range(len(plays))]
    if problems:
        raise problems[0] if len(problems) == 1 else Problems(problems)
    return Playbook(str(file), tuple(play for play in read if play)), list(document.warnings)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise LoadError(
            f"there is no playbook `{file}`", hint="see `playrun --help` for the subcommands"
        ) from None
    except OSError as error:
        raise LoadError(f"cannot read the playbook `{file}`: {error.strerror}") from None


def _play(place: Place, problems: list[PlayrunError]) -> Play | None:
    """One play, or None after its problems were noted."""
    if not isinstance(place.value, dict):
        problems.append(
            place.error(
                f"a play is a mapping, not {kind_of(place.value)}",
                hint="write `hosts:`, `commands:` or `tasks:` below it",
            )
        )
        return None
    reader = Reader(place, PLAY, NOT_YET_PLAY, "play", problems)
    hosts = _hosts(place, problems)
    if hosts is None:
        return None
    play = Play(
        name=reader.text("name") or hosts,
        hosts=hosts,
        entries=(),
        origin=place.origin(),
        vars=reader.mapping("vars"),
        strategy=reader.word("strategy"),
        lockstep=reader.word("lockstep") or "auto",  # type: ignore[arg-type]
        workers=reader.number("workers", least=1),
        processes=reader.number("processes", least=1),
        tags=reader.names("tags"),
        connection=reader.text("connection"),
        become=reader.flag("become"),
        become_method=reader.text("become_method"),
        remote_user=reader.text("remote_user"),
        port=reader.number("port", least=1),
        check_mode=reader.flag("check_mode"),
    )
    _refuse_facts(place, reader.flag("gather_facts"), problems)
    return play._replace(entries=_all_tasks(place, reader, play.tags, problems))


def _hosts(place: Place, problems: list[PlayrunError]) -> str | None:
    """The pattern, or None after its problem was noted. A list is as good as its commas."""
    if "hosts" not in place.value:
        if not _looks_like_hosts(place.value):
            problems.append(place.error("a play needs `hosts`", hint="hosts: all"))
        return None
    value = place.value["hosts"]
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        wrong = next((item for item in items if not isinstance(item, str)), None)
        problems.append(
            place.at("hosts").error(
                f"`hosts` must be a pattern or a list of patterns, not {kind_of(wrong)}"
            )
        )
        return None
    return Source(",".join(items), place.at("hosts").origin())


def _looks_like_hosts(play: dict[Any, Any]) -> bool:
    """A keyword that is `hosts` misspelt, or says where hosts come from, was noted already."""
    return "import_playbook" in play or any(nearest(str(key), PLAY) == "hosts" for key in play)


def _refuse_facts(place: Place, value: bool | Source | None, problems: list[PlayrunError]) -> None:
    if value is not None and value is not False:
        problems.append(
            place.at("gather_facts").error(
                "gathering facts is not supported yet", hint="write `gather_facts: false`"
            )
        )


def _all_tasks(
    place: Place, reader: Reader, tags: frozenset[str], problems: list[PlayrunError]
) -> tuple[Task, ...]:
    """pre_tasks, then commands, then tasks, then post_tasks: the order they run in."""
    of_play = OfPlay(
        output=reader.output("output"),
        redact=reader.flag("redact") is True,
        tags=tags,
        ignore_errors=reader.flag("ignore_errors") or False,
        no_log=reader.flag("no_log") or False,
    )
    return (
        *read_tasks(place, "pre_tasks", of_play, problems),
        *_commands(place, of_play, problems),
        *read_tasks(place, "tasks", of_play, problems),
        *read_tasks(place, "post_tasks", of_play, problems),
    )


def _commands(place: Place, of_play: OfPlay, problems: list[PlayrunError]) -> tuple[Task, ...]:
    """`commands` as a task, or nothing. Its output goes to a file unless `output` is false."""
    if "commands" not in place.value:
        return ()
    own = True if of_play.output is None else of_play.output
    task = read_commands(place.at("commands"), problems)
    return (
        task._replace(
            output=output_path(own, of_play.output),
            redact=of_play.redact,
            tags=of_play.tags,
            ignore_errors=of_play.ignore_errors,
            no_log=of_play.no_log,
        ),
    )
