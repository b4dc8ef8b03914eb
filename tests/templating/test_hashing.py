"""Hashes of passwords, and what ansible-core 2.19.14 gives for the same salt."""

from __future__ import annotations

import pytest
from scenes import rendered

from runner.errors import RenderError
from runner.templating import Templar, TemplateFault, hashed

pytestmark = pytest.mark.filterwarnings("ignore:'crypt' is deprecated:DeprecationWarning")

HASHES = [
    ("'secret' | password_hash('md5', salt='abcdefgh')", "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1"),
    (
        "'pässwörd' | password_hash('sha256', salt='abcdefgh', rounds=5000)",
        "$5$abcdefgh$vl6a2mAodUYEe3Mhai26AyjORet86eVRC5bBAu6c/n9",
    ),
    (
        "'secret' | password_hash('sha512', salt='abcdefgh', rounds=10000)",
        "$6$rounds=10000$abcdefgh$dtkgtX8ow6kub/Iulo6m6YRiWBlfmJEeDmTXbQPwlPu6qBjkZV2Ix8CeH0sE3NMp3S"
        "q63bHshmKLBUGe7mWYy/",
    ),
    (
        "'' | password_hash(salt='abcdefgh', rounds=5000)",
        "$6$abcdefgh$v7sYNA18/BerGOYQLppYLyjH4yJilp8kqe/ef3KYMK9hOIdzH1yzcmP74Ay.m51y1jP3QqxM7Jl75S4"
        "CxDhBq.",
    ),
    (
        "'secret' | password_hash('sha512_crypt', salt='ab', rounds=1000, ident='2b')",
        "$6$rounds=1000$ab$3tLFZOSDxcyiDWcYSrieU1uloXMcbPJQRTcotZNqEJiB1iizwjzbn2jECOCvw6wslPpiTPzli"
        "2jppqTUXUq9N0",
    ),
]


@pytest.mark.parametrize(("expression", "expected"), HASHES)
def test_the_same_salt_gives_the_same_hash(
    templar: Templar, expression: str, expected: str
) -> None:
    pytest.importorskip("passlib")
    assert rendered(templar, "{{ " + expression + " }}") == expected


def test_an_empty_salt_is_none(templar: Templar) -> None:
    pytest.importorskip("passlib")
    made = {rendered(templar, "{{ 'x' | password_hash('md5', salt='') }}") for _ in range(2)}
    assert len(made) == 2


@pytest.mark.parametrize("value", ["none", "5", "['x']", "nope"])
def test_only_text_is_hashed(templar: Templar, value: str) -> None:
    with pytest.raises(RenderError):
        rendered(templar, "{{ " + value + " | password_hash }}")


def test_any_scheme_of_passlib_serves_a_prompt() -> None:
    pytest.importorskip("passlib")
    assert hashed("x", "sha1_crypt", {"salt": "ab", "rounds": 5}).startswith("$sha1$5$ab$")
    with pytest.raises(TemplateFault, match="passlib knows no hash 'rot13'"):
        hashed("x", "rot13", {})
