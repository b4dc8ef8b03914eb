"""A user whom the machine does not know, as in a container started with an arbitrary uid."""

from __future__ import annotations

import os
import pwd

import pytest

from runner.connections.person import home_folder, user_name


def test_an_unknown_uid_has_a_name_and_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME", "HOME"):
        monkeypatch.delenv(variable, raising=False)

    def nobody_knows(uid: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", nobody_knows)
    assert user_name() == str(os.getuid())
    assert str(home_folder()) == "/"
