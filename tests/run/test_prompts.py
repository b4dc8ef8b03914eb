"""`vars_prompt`: what is asked, what counts when nobody answers, what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.actions.api import Paths
from runner.engine.world import Defaults, World
from runner.errors import LoadError
from runner.model import Play, Prompt
from runner.run.prompts import Prompting
from runner.templating import Templar
from runner.values import Masks, Origin, Secret, Source

HERE = Origin("site.yml", 1, 1)


class Person:
    """Somebody who types the given lines, and hears the questions."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.asked: list[tuple[str, bool]] = []

    def __call__(self, prompt: str, echo: bool) -> str:
        self.asked.append((prompt, echo))
        return self._lines.pop(0)


def world(folder: Path, **extra: Any) -> World:
    masks = Masks()
    return World(
        hosts=None,  # type: ignore[arg-type]
        templar=Templar(masks=masks),
        masks=masks,
        paths=Paths(folder, folder, folder),
        folder=folder,
        defaults=Defaults(),
        platform=lambda name: pytest.fail(name),
        extra_vars=extra,
    )


@pytest.fixture
def answered(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def answer(person: Person | None, *prompts: Prompt, **extra: Any) -> dict[str, Any]:
        play = Play(
            "p", "all", (), HERE, vars={"site": "paris", "a": "by vars"}, prompts=tuple(prompts)
        )
        prompting = Prompting(world(tmp_path, **extra), person)
        return dict(prompting.answered(play).vars)

    return answer


def test_a_private_answer_is_a_secret_and_is_not_shown(answered: Any) -> None:
    person = Person("hush hush")
    value = answered(person, Prompt("a", "Password"))["a"]
    assert isinstance(value, Secret)
    assert value.reveal() == "hush hush"
    assert person.asked == [("Password: ", False)]


def test_a_default_that_is_secret_is_not_shown_in_the_question(tmp_path: Path) -> None:
    person = Person("")
    given = world(tmp_path)
    given.extra_vars["pw"] = Secret("hush hush", given.masks)  # type: ignore[index]
    prompt = Prompt("a", "Password", default=Source("{{ pw }}"))
    play = Play("p", "all", (), HERE, prompts=(prompt,))
    assert Prompting(given, person).answered(play).vars["a"].reveal() == "hush hush"
    assert person.asked == [("Password [********]: ", False)]


@pytest.mark.parametrize("unsafe", [False, True])
def test_an_open_answer_is_above_the_plays_vars_and_may_be_a_template(
    answered: Any, unsafe: bool
) -> None:
    person = Person("{{ site }}")
    values = answered(person, Prompt("a", "Which at {{ x }}", private=False, unsafe=unsafe))
    assert values == {"site": "paris", "a": "{{ site }}"}
    assert isinstance(values["a"], Source) is not unsafe
    assert person.asked[0][1] is True


def test_a_private_answer_is_never_a_template(answered: Any) -> None:
    value = answered(Person("{{ site }}"), Prompt("a", "Password"))["a"]
    assert value.reveal() == "{{ site }}"


def test_texts_and_defaults_are_filled_in(answered: Any) -> None:
    person = Person("")
    prompt = Prompt("b", Source("Where, {{ site }}"), default=Source("{{ site }}-1"), private=False)
    assert answered(person, prompt)["b"] == "paris-1"
    assert person.asked == [("Where, paris [paris-1]: ", True)]


def test_what_is_given_with_e_is_not_asked_for(answered: Any) -> None:
    assert answered(Person(), Prompt("a", "Password"), a=1) == {"site": "paris", "a": "by vars"}


def test_a_confirmation_is_asked_until_both_agree(answered: Any) -> None:
    person = Person("one", "two", "three", "three")
    assert answered(person, Prompt("a", "P", confirm=True, private=False))["a"] == "three"
    assert [prompt.splitlines()[-1] for prompt, _ in person.asked] == [
        *("P: ", "confirm P: "),
        *("P: ", "confirm P: "),
    ]


def test_a_confirmation_that_never_comes_ends(answered: Any) -> None:
    with pytest.raises(LoadError, match="differ"):
        answered(Person(*map(str, range(99))), Prompt("a", "P", confirm=True))


@pytest.mark.parametrize(("default", "expected"), [(None, "None"), (5, "5"), ("", "")])
def test_when_nobody_is_there_the_default_counts_and_it_is_said(
    tmp_path: Path, default: Any, expected: str
) -> None:
    prompting = Prompting(world(tmp_path), None)
    prompt = Prompt("a", default=default, private=False)
    play = prompting.answered(Play("p", "all", (), HERE, prompts=(prompt,)))
    assert play.vars == {"a": expected}
    assert "`a`" in prompting.warnings[0]


@pytest.mark.filterwarnings("ignore:'crypt' is deprecated:DeprecationWarning")
def test_what_is_encrypted_is_what_the_filter_makes_of_it(answered: Any) -> None:
    prompt = Prompt("a", "P", private=False, encrypt="sha256_crypt", salt="12345678")
    try:
        value = answered(Person("typed"), prompt)["a"]
    except LoadError as error:
        assert "passlib" in str(error)  # noqa: PT017 - it is no part of this installation
    else:
        assert value.startswith("$5$")


@pytest.mark.filterwarnings("ignore:'crypt' is deprecated:DeprecationWarning")
def test_an_unknown_way_to_encrypt_is_refused(answered: Any) -> None:
    with pytest.raises(LoadError, match=r"`encrypt` of `a`: .*passlib"):
        answered(Person("typed"), Prompt("a", "P", encrypt="rot13"))


def test_a_play_that_waits_has_its_defaults_and_hides_hosts_it_asks_for(tmp_path: Path) -> None:
    prompts = (Prompt("where"), Prompt("much", default=5))
    play = Play("p", Source("{{ where }}"), (), HERE, prompts=prompts, serial=(Source("{{ x }}"),))
    prompting = Prompting(world(tmp_path), Person("h1", "6"))
    waiting = prompting.waiting(play)
    assert (waiting.vars, waiting.serial) == ({"much": 5}, ())
    assert prompting.hides_hosts(waiting)
    assert not prompting.hides_hosts(prompting.waiting(play._replace(hosts="all")))
    begun = prompting.answered(waiting)
    assert begun.serial == play.serial
    assert not begun.prompts
    assert begun.vars["much"].reveal() == "6"
