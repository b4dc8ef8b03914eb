"""`playrun vault`: vault texts and files, open them, change their password."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from runner.cli.asking import ask_secret
from runner.cli.options import HELP, VAULT_OPTIONS, settings_for, with_options
from runner.errors import LoadError
from runner.loading.files import read_file
from runner.loading.vault import Vault, file_password, typed_password, vault_id_password
from runner.loading.vault_files import (
    Sealer,
    as_yaml,
    change_files,
    decrypted,
    encrypted,
    sealer,
    write_private,
)
from runner.run.credentials import vault_of
from runner.run.options import Options
from runner.settings import Settings

_STDIN = "-"
_Change = Callable[[bytes, str], bytes]

_ENCRYPT_ID = click.option(
    "--encrypt-vault-id", metavar="ID", help="The password to encrypt with, if there are several."
)
_OUTPUT = click.option(
    "--output", metavar="FILE", help="Where the result goes, mode 0600; - is standard output."
)
_IN_PLACE = click.option("--in-place", is_flag=True, help="Put the result in the file's place.")
_FILES = click.argument("files", nargs=-1, metavar="[FILE]...")


def _passwords(command: Callable[..., Any]) -> Callable[..., Any]:
    return with_options(VAULT_OPTIONS, command)


class _Commands(click.Group):
    """Knows Ansible's spelling with an underscore too."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in ("edit", "create"):
            raise LoadError(
                f"there is no `vault {name}`: an editor would need the plain text in a file",
                hint="decrypt --output FILE, change it, encrypt --in-place; or encrypt-string",
            )
        return super().get_command(ctx, name.replace("_", "-"))


@click.group("vault", cls=_Commands, context_settings=HELP)
def command() -> None:
    """Encrypt and decrypt with Ansible Vault.

    The result goes to standard output unless --output or --in-place is given. Without a file
    the text is read from standard input.
    """


@command.command("encrypt")
@_FILES
@_OUTPUT
@_IN_PLACE
@_ENCRYPT_ID
@_passwords
def encrypt(files: tuple[str, ...], **given: Any) -> int:
    """Vault whole files."""
    vault, settings = _vault(given, new=True)
    chosen = _sealer(vault, given, settings)
    return _each(files, given, lambda data, name: encrypted(data, name, chosen))


@command.command("decrypt")
@_FILES
@_OUTPUT
@_IN_PLACE
@_passwords
def decrypt(files: tuple[str, ...], **given: Any) -> int:
    """Open vaulted files."""
    vault, _ = _vault(given)
    return _each(files, given, partial(_decrypted, vault))


@command.command("view")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_passwords
def view(files: tuple[str, ...], **given: Any) -> int:
    """Show what is in vaulted files."""
    vault, _ = _vault(given)
    for file in files:
        _print(decrypted(_read(file), file, vault))
    return 0


@command.command("rekey")
@_FILES
@_OUTPUT
@_IN_PLACE
@_ENCRYPT_ID
@click.option("--new-vault-id", metavar="ID@SOURCE", help="The new password, with its id.")
@click.option(
    "--new-vault-password-file",
    "--new-vault-pass-file",
    metavar="FILE",
    help="A file (or program) with the new password.",
)
@_passwords
def rekey(files: tuple[str, ...], **given: Any) -> int:
    """Vault files anew, with another password."""
    vault, settings = _vault(given)
    chosen = _new_sealer(given, settings)
    return _each(files, given, lambda data, name: chosen.seal(decrypted(data, name, vault)))


@command.command("encrypt-string")
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option("-n", "--name", "names", multiple=True, help="The variable, one for each text.")
@click.option("--stdin-name", metavar="NAME", help="The variable for standard input.")
@click.option("-p", "--prompt", is_flag=True, help="Ask for the text, without echo.")
@click.option("--show-input", is_flag=True, help="With echo.")
@_OUTPUT
@_ENCRYPT_ID
@_passwords
def encrypt_string(texts: tuple[str, ...], names: tuple[str, ...], **given: Any) -> int:
    """Vault texts, as values for a file of variables.

    A text that stands on the command line can be seen by others: use --prompt or standard
    input.
    """
    vault, settings = _vault(given, new=True)
    chosen = _sealer(vault, given, settings)
    values = [as_yaml(chosen.seal(text), name) for name, text in _texts(texts, names, given)]
    _put("".join(values).encode(), given["output"])
    return 0


def _texts(
    texts: tuple[str, ...], names: tuple[str, ...], given: dict[str, Any]
) -> Iterator[tuple[str | None, bytes]]:
    words = [text for text in texts if text != _STDIN]
    stdin = _STDIN in texts or given["stdin_name"] is not None or not (words or given["prompt"])
    if stdin and given["prompt"]:
        raise LoadError("--prompt and standard input exclude each other")
    if len(names) > len(words) + given["prompt"]:
        raise LoadError("there are more --name than texts")
    waiting = list(names)
    if given["prompt"]:
        name = waiting.pop(0) if len(names) > len(words) else None
        yield name, _not_empty(_asked(given["show_input"]))
    if stdin:
        yield given["stdin_name"], _not_empty(_read(_STDIN))
    for text in words:
        yield (waiting.pop(0) if waiting else None), _not_empty(text.encode())


def _asked(show: bool) -> bytes:
    prompt = "Text to encrypt: "
    text: str = click.prompt(prompt.rstrip(": "), err=True) if show else ask_secret(prompt)
    return text.encode()


def _not_empty(text: bytes) -> bytes:
    if not text:
        raise LoadError("the text to encrypt is empty")
    return text


def _vault(given: dict[str, Any], *, new: bool = False) -> tuple[Vault, Settings]:
    """The passwords of flags and settings; without any, one that is asked for."""
    settings = settings_for(Path(), {})
    options = Options(
        vault_ids=given["vault_id"],
        vault_password_files=given["vault_password_file"],
        ask_vault_password=given["ask_vault_password"],
    )
    vault = vault_of(options, settings, None, ask_secret)
    if not vault.passwords or (new and given["ask_vault_password"]):
        kept = [password for password in vault.passwords if password.vault_id or not password.typed]
        vault = Vault([*kept, typed_password(ask_secret, new=new)])
    vault.prepare()
    return vault, settings


def _sealer(vault: Vault, given: dict[str, Any], settings: Settings) -> Sealer:
    return sealer(vault, given["encrypt_vault_id"] or settings.vault_encrypt_identity)


def _new_sealer(given: dict[str, Any], settings: Settings) -> Sealer:
    """What rekeying vaults with. An id that is asked for may be one of the settings'."""
    passwords = []
    if given["encrypt_vault_id"]:
        passwords = [vault_id_password(each, ask_secret) for each in settings.vault_identity_list]
    if given["new_vault_id"]:
        passwords.append(vault_id_password(given["new_vault_id"], ask_secret, new=True))
    if given["new_vault_password_file"]:
        passwords.append(file_password(given["new_vault_password_file"]))
    return sealer(
        Vault(passwords or [typed_password(ask_secret, new=True)]), given["encrypt_vault_id"]
    )


def _decrypted(vault: Vault, data: bytes, name: str) -> bytes:
    return decrypted(data, name, vault)


def _each(files: tuple[str, ...], given: dict[str, Any], change: _Change) -> int:
    if given["in_place"]:
        if not files or _STDIN in files or given["output"]:
            raise LoadError("--in-place wants files, and no --output")
        change_files([Path(file) for file in files], change)
        return 0
    if len(files) > 1:
        raise LoadError(
            "several files cannot become one text",
            hint="give --in-place to change each of them, or one file at a time",
        )
    name = files[0] if files else _STDIN
    _put(change(_read(name), "standard input" if name == _STDIN else name), given["output"])
    return 0


def _read(name: str) -> bytes:
    if name == _STDIN:
        return sys.stdin.buffer.read()
    return read_file(name)


def _put(data: bytes, output: str | None) -> None:
    if output is None or output == _STDIN:
        _print(data)
    else:
        write_private(Path(output), data)


def _print(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
