"""Reading Ansible Vault. The vaulted texts were made by ansible-vault (ansible-core 2.19)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.loading.varfiles import read_vars
from runner.loading.vault import (
    Password,
    Vault,
    file_password,
    is_vaulted,
    typed_password,
    vault_id_password,
)
from runner.values import Masks, Origin
from runner.yaml import parse

DATA = Path(__file__).parent / "data" / "vault"
HERE = Origin("f.yml", 3, 7)
HUNTER2 = """$ANSIBLE_VAULT;1.1;AES256
33656135363030303132366538363337376332643565643662383765373436393330393837323233
6638323565323334356564643433386639643766666461610a643733383763373034666639383532
30613238323463636539333062333039313534616265376463353264326636363465306162303862
3534303666626166650a623464666162386437663466353163633962363633313433373937343238
3731
"""
PROD = """$ANSIBLE_VAULT;1.2;AES256;prod
31613463653836323933303238373461303566643565386637616438336362343865333363373938
6336336666663430613165643363653061333662326438660a356365643265343862316233336462
33323437643332396638616430643565396630643730346335653833653330306131313835663563
3463386432343232640a663265636664366666356534313064666532343336323564613536363539
66303363363035306535656465366564316536656338646436316266656264393937
"""


def known(password: str, vault_id: str | None = None) -> Password:
    return Password(vault_id, lambda _vault: password.encode())


def never(_prompt: str) -> str:
    raise AssertionError("asked for a password that was not needed")


def test_a_string_is_decrypted_when_used_and_masked_from_then_on() -> None:
    masks = Masks()
    reads = []
    password = Password(None, lambda _vault: reads.append(1) or b"hunter2")
    secret = Vault([password], masks).secret(HUNTER2, HERE)
    assert reads == []
    assert masks.mask("s3cret-välue") == "s3cret-välue"
    assert secret.reveal() == "s3cret-välue"
    assert secret.reveal() == "s3cret-välue"
    assert reads == [1]
    assert masks.mask("a s3cret-välue b") == "a ******** b"


def test_the_password_with_the_same_id_goes_first() -> None:
    order: list[str] = []

    def password(value: str, vault_id: str | None) -> Password:
        return Password(vault_id, lambda _vault: order.append(vault_id or "-") or value.encode())

    vault = Vault([password("x", "dev"), password("spaced pw", "prod"), password("y", None)])
    assert vault.decrypt(PROD.encode(), HERE) == b"sixteen bytes ok"
    assert order == ["prod"]
    assert vault.decrypt(PROD.replace(";prod", ";other").encode(), HERE) == b"sixteen bytes ok"
    assert order == ["prod", "dev"]


def test_a_wrong_password_says_where_and_what_was_tried() -> None:
    vault = Vault([known("wrong"), known("also", "dev")])
    with pytest.raises(LoadError) as caught:
        vault.secret(PROD, HERE).reveal()
    assert str(caught.value) == (
        "f.yml:3:7: vaulted with the id prod, and no vault password fits (tried: default, dev)"
    )


def test_no_password_says_how_to_give_one() -> None:
    with pytest.raises(LoadError, match=r"f.yml:3:7: .*no vault password .*--vault-password-file"):
        Vault().decrypt(HUNTER2.encode(), HERE)


@pytest.mark.parametrize("position", range(40, 350, 37))
def test_a_changed_digit_is_never_decrypted(position: int) -> None:
    digit = "0" if HUNTER2[position] != "0" else "1"
    damaged = HUNTER2[:position] + digit + HUNTER2[position + 1 :]
    with pytest.raises(LoadError, match=r"damaged|fits"):
        Vault([known("hunter2")]).decrypt(damaged.encode(), HERE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a vaulted text"),
        ("hello\n", "not a vaulted text"),
        ("$ANSIBLE_VAULT\n6162\n", "not a vaulted text"),
        ("$ANSIBLE_VAULT;1.0;AES\n6162\n", "only AES256"),
        ("$ANSIBLE_VAULT;1.1;AES256\n", "damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\nxyz\n", "damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\n" + HUNTER2.split("\n")[1], "damaged"),
    ],
)
def test_damaged_text_is_an_error_with_its_place(text: str, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        Vault([known("hunter2")]).decrypt(text.encode(), HERE)
    assert caught.value.origin == HERE


@given(st.binary(max_size=200))
def test_any_text_is_refused_with_its_place(data: bytes) -> None:
    with pytest.raises(LoadError) as caught:
        Vault([known("hunter2")]).decrypt(b"$ANSIBLE_VAULT;1.1;AES256\n" + data, HERE)
    assert caught.value.origin == HERE


def test_indented_text_under_a_tag_is_read() -> None:
    text = "a: !vault |\n" + "".join(f"  {line}\n" for line in HUNTER2.splitlines())
    secret = parse(text, "f.yml", vault=Vault([known("hunter2")]).secret).data["a"]
    assert secret.reveal() == "s3cret-välue"


# --- files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["file11.yml", "file12.yml"])
def test_a_file_that_is_vaulted_as_a_whole(name: str) -> None:
    masks = Masks()
    vault = Vault([known("hunter2"), known("spaced pw", "prod")], masks)
    values = read_vars(DATA / name, vault).values
    assert values == {"api_key": "abcdef", "port": 123456, "nested": {"pw": "{{ api_key }}-x"}}
    assert masks.mask("abcdef 123456") == "******** ********"


def test_a_vaulted_file_without_a_password_names_the_file() -> None:
    with pytest.raises(LoadError, match=r"file12.yml:1:1: .*id prod.*no vault password"):
        read_vars(DATA / "file12.yml")


# --- where passwords come from ----------------------------------------------------------


def executable(path: Path, script: str) -> Path:
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return path


def value(password: Password) -> bytes | None:
    return password.value(Vault([password]))


def test_a_password_file_is_stripped_and_read_late(tmp_path: Path) -> None:
    file = tmp_path / "pw"
    password = file_password(file)
    file.write_bytes(b"  spaced pw \n\n")
    assert value(password) == b"spaced pw"


def test_a_program_prints_the_password(tmp_path: Path) -> None:
    program = executable(tmp_path / "pw.sh", "printf ' a b \\n'")
    assert value(file_password(program)) == b" a b "


def test_a_client_is_given_the_id_and_may_not_know_it(tmp_path: Path) -> None:
    client = executable(tmp_path / "my-client.sh", '[ "$2" = none ] && exit 2; echo "$1=$2"')
    assert value(file_password(client, "prod")) == b"--vault-id=prod"
    assert value(file_password(client)) == b"--vault-id=default"
    unknown = file_password(client, "none")
    assert value(unknown) is None
    assert Vault([unknown, known("hunter2")]).decrypt(HUNTER2.encode(), HERE)


@pytest.mark.parametrize(
    ("script", "words"), [("exit 3", "failed \\(exit 3\\)"), ("true", "is empty")]
)
def test_a_program_may_fail(tmp_path: Path, script: str, words: str) -> None:
    with pytest.raises(LoadError, match=words):
        value(file_password(executable(tmp_path / "pw", script)))


def test_a_program_that_cannot_run_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "pw"
    broken.write_text("#!/nowhere/at/all\n")
    broken.chmod(0o755)
    with pytest.raises(LoadError, match=r"cannot run the vault password program"):
        value(file_password(broken))


def test_missing_and_empty_files_are_errors(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(LoadError, match=r"vault password file .*gone does not exist"):
        value(file_password(tmp_path / "gone"))
    with pytest.raises(LoadError, match=r"vault password file .*empty is empty"):
        value(file_password(tmp_path / "empty"))


def test_a_password_file_may_be_vaulted_itself() -> None:
    inner = file_password(DATA / "pw_vaulted")
    vault = Vault([known("fromscript"), inner])
    assert vault.decrypt(HUNTER2.encode(), HERE).decode() == "s3cret-välue"


def test_a_vaulted_password_file_cannot_open_itself() -> None:
    with pytest.raises(LoadError, match=r"pw_vaulted:1:1: .*no vault password"):
        value(file_password(DATA / "pw_vaulted"))


def test_vault_ids_name_a_file_or_a_prompt(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("x")
    asked = []
    prompt = vault_id_password("dev@prompt", lambda text: asked.append(text) or "typed")
    assert (prompt.name, value(prompt)) == ("dev", b"typed")
    assert asked == ["Vault password (dev): "]
    file = vault_id_password(f"prod@{tmp_path}/pw", never)
    assert (file.name, value(file)) == ("prod", b"x")
    assert vault_id_password(str(tmp_path / "pw"), never).name == "default"
    with pytest.raises(LoadError, match="names no file"):
        vault_id_password("prod@", never)


def test_nobody_is_asked_before_a_vaulted_value_is_used() -> None:
    Vault([typed_password(never)]).secret(HUNTER2, HERE)
    with pytest.raises(LoadError, match="is empty"):
        value(typed_password(lambda _prompt: ""))


def test_what_is_vaulted_is_told_by_its_first_bytes() -> None:
    assert is_vaulted(HUNTER2.encode())
    assert not is_vaulted(b"a: 1\n")
    assert not is_vaulted(os.urandom(20))
