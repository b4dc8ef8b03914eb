"""The configuration of RouterOS: menus, each with items or with settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runner.lab.configs.store import Port
from runner.lab.profile import Configuration

Item = dict[str, str]
Menus = dict[str, list[Item]]

_PAIR = re.compile(r'(?<![\w.-])([\w.-]+)=("(?:[^"\\]|\\.)*"|\S+)')


def pairs(text: str) -> Item:
    """`name=value` pairs; quotes around a value are taken off."""
    return {name: value.strip('"') for name, value in _PAIR.findall(text)}


def quoted(value: str) -> str:
    """A value as an export writes it."""
    return value if re.fullmatch(r"[\w./:-]+", value) else f'"{value}"'


class RouterosStore:
    """Menus with their items. Every change is kept at once."""

    def __init__(self, configuration: Configuration, startup: str) -> None:
        self._configuration = configuration
        self.menus: Menus = {}
        menu = ""
        for line in startup.splitlines():
            if line.startswith("/"):
                menu = line.strip()
                self.menus.setdefault(menu, [])
            elif line.strip():
                self._load(menu, line.strip())

    def _load(self, menu: str, line: str) -> None:
        if line.startswith("add "):
            self.menus[menu].append(pairs(line))
        else:
            self.settings(menu).update(pairs(line))

    def settings(self, menu: str) -> Item:
        """The settings of a menu that has no items."""
        items = self.menus.setdefault(menu, [])
        if not items:
            items.append({})
        return items[0]

    def is_list(self, menu: str) -> bool:
        """Whether a menu holds items."""
        return menu in self._configuration.keyed

    def text(self) -> str:
        """What `/export` prints below its heading."""
        return "".join(self.exported(""))

    def exported(self, under: str) -> Iterator[str]:
        """The lines of one menu and those below it."""
        for menu, items in self.menus.items():
            inside = not under or menu == under or menu.startswith(under + " ")
            if not items or not inside:
                continue
            yield f"{menu}\n"
            word = "add" if self.is_list(menu) else "set"
            for item in items:
                yield f"{word} " + " ".join(f"{k}={quoted(v)}" for k, v in item.items()) + "\n"

    def saved(self) -> str:
        """What runs is saved."""
        return self.text()

    def save(self) -> None:
        """What runs is saved."""

    def restart(self) -> None:
        """What runs is saved."""

    def hostname(self) -> str:
        """The name it gives the device."""
        return self.settings("/system identity").get("name", "MikroTik")

    def section(self, line: str) -> str:
        """One menu as an export shows it."""
        return "".join(self.exported(line))

    def sections(self) -> Iterator[tuple[str, Iterable[str]]]:
        """None: it is no list of lines."""
        yield from ()

    def ports(self) -> Iterator[Port]:
        """The interfaces with their first address."""
        for item in self.menus.get("/interface ethernet", []):
            name = item.get("name", "")
            addresses = (
                other.get("address", "")
                for other in self.menus.get("/ip address", [])
                if other.get("interface") == name
            )
            down = item.get("disabled") == "yes"
            yield Port(name, next(addresses, ""), item.get("comment", ""), down)

    def snapshot(self) -> Menus:
        """The configuration, to come back to."""
        return {menu: [dict(item) for item in items] for menu, items in self.menus.items()}

    def restore(self, before: Menus) -> None:
        """Runs what `snapshot` gave."""
        self.menus = {menu: [dict(item) for item in items] for menu, items in before.items()}
