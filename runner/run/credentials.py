"""Where passwords come from: environment, files, one question to the person at the terminal.

None of them ever stands on a command line.
"""

from __future__ import annotations

from collections.abc import Mapping

from runner.errors import LoadError
from runner.loading.vault import Vault, file_password, typed_password, vault_id_password
from runner.run.options import Ask, Options
from runner.settings import Settings
from runner.values import Masks, Secret, at_home


def settled(options: Options, settings: Settings) -> Options:
    """The flags, with what settings say for those that were not given."""
    return options._replace(
        ask_password=options.ask_password or settings.ask_password,
        ask_become_password=options.ask_become_password or settings.ask_become_password,
        ask_vault_password=options.ask_vault_password or settings.ask_vault_password,
        become=options.become or settings.become,
        ssh_common_args=options.ssh_common_args or settings.ssh_common_args,
    )


def vault_of(options: Options, settings: Settings, masks: Masks | None, ask: Ask) -> Vault:
    """The vault passwords of flags and settings, in the order in which Ansible has them.

    Nothing is read yet. Raises LoadError for a flag that names nothing.
    """
    ids = (*settings.vault_identity_list, *options.vault_ids)
    files = dict.fromkeys((*options.vault_password_files, *settings.vault_password_file))
    passwords = [vault_id_password(each, ask) for each in ids]
    passwords += [file_password(file) for file in files]
    if settled(options, settings).ask_vault_password:
        passwords.append(typed_password(ask))
    return Vault(passwords, masks)


def login_password(
    options: Options, environ: Mapping[str, str], masks: Masks, ask: Ask, *, needed: bool
) -> Secret | None:
    """For hosts without a password of their own; asked for only when one is `needed`."""
    if options.password_file:
        return Secret(_first_line(options.password_file), masks)
    if options.ask_password:
        return Secret(ask("Password: "), masks) if needed else None
    return _from(environ, "PLAYRUN_PASSWORD", masks)


def become_password(
    options: Options,
    environ: Mapping[str, str],
    masks: Masks,
    ask: Ask,
    *,
    needed: bool,
    login: Secret | None,
) -> Secret | None:
    """As `login_password`; an empty answer means the login password, as with Ansible's -K."""
    if options.become_password_file:
        return Secret(_first_line(options.become_password_file), masks)
    if options.ask_become_password:
        if not needed:
            return None
        typed = ask("Enable password [the login password]: ")
        return Secret(typed, masks) if typed else login
    return _from(environ, "PLAYRUN_BECOME_PASSWORD", masks)


def _from(environ: Mapping[str, str], name: str, masks: Masks) -> Secret | None:
    value = environ.get(name)
    return Secret(value, masks) if value else None


def _first_line(file: str) -> str:
    path = at_home(file)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise LoadError(f"cannot read the password file {path}: {reason}") from None
    if not lines or not lines[0]:
        raise LoadError(f"the password file {path} is empty")
    return lines[0]
