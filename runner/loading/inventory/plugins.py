"""Inventory files that name a plugin: what they mean here, each a line in a table."""

from __future__ import annotations

import itertools
import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from runner.errors import LoadError, nearest
from runner.loading.files import read_file
from runner.loading.inventory import constructing, csv_format, netbox
from runner.loading.inventory.cache import Answers
from runner.loading.inventory.constructing import Constructor, place_of
from runner.loading.inventory.groups import GroupLoopError, Tree
from runner.loading.scopes import PlainScope
from runner.templating import Templar
from runner.values import Masks, Origin, Secret, Source
from runner.yaml import Document

_MOST_GENERATED = 100_000
_COMMON = frozenset(("plugin", "cache", "cache_timeout", "cache_plugin", "cache_connection"))


class Plugins:
    """Reads files that name a plugin into one tree."""

    def __init__(self, tree: Tree, answers: Answers, masks: Masks | None) -> None:
        self._tree = tree
        self._answers = answers
        self._masks = masks
        self.warnings: list[str] = []

    def read(self, document: Document, data: bytes) -> None:
        """Adds what a plugin's file says. Raises LoadError for an unknown one."""
        name = document.data["plugin"]
        kind = _KINDS.get(name.removeprefix("ansible.builtin.") if isinstance(name, str) else "")
        if kind is None:
            raise _unknown(document, name)
        read, options = kind
        self._check_options(document, options)
        read(self, document, data)

    def _check_options(self, document: Document, known: frozenset[str]) -> None:
        for option in document.data:
            if option not in known | _COMMON:
                origin = document.key_origin((option,))
                close = nearest(str(option), known)
                meant = f"; did you mean {close}?" if close else ""
                self.warnings.append(f"{origin}: the option {option} is ignored{meant}")

    def _templar(self) -> Templar:
        return Templar(masks=self._masks)

    def constructed(self, document: Document, _data: bytes) -> None:
        """Groups and variables for the hosts of the sources before."""
        Constructor(document, self._templar()).apply(self._tree, list(self._tree.hosts))

    def from_netbox(self, document: Document, data: bytes) -> None:
        """Hosts of a NetBox."""
        templar = self._templar()
        constructor = Constructor(document, templar)
        service = self._service(document, templar)
        devices = self._answers.of(document.file, data, lambda: netbox.ask(service, document.data))
        if not isinstance(devices, list):
            raise document.error("what was kept of NetBox's answer is damaged")
        shape = netbox.shape_of(document.data)
        origin = place_of(document)
        names = netbox.fill(self._tree, devices, shape, document.file, origin)
        constructor.apply(self._tree, names)

    def _service(self, document: Document, templar: Templar) -> netbox.Service:
        options = document.data
        endpoint = self._text(options.get("api_endpoint"), templar) or os.environ.get("NETBOX_API")
        if not endpoint or not endpoint.startswith(("http://", "https://")):
            raise document.error(
                "api_endpoint must be the address of NetBox, http://… or https://…",
                ("api_endpoint",) if "api_endpoint" in options else (),
            )
        return netbox.Service(
            endpoint,
            self._token(options.get("token"), templar),
            options.get("validate_certs") is not False,
            float(options.get("timeout") or self._answers.keeping.timeout),
            place_of(document),
        )

    def _token(self, written: Any, templar: Templar) -> Secret | None:
        if isinstance(written, Secret):
            return written
        variables = (os.environ.get(name) for name in ("NETBOX_TOKEN", "NETBOX_API_KEY"))
        token = self._text(written, templar) or next(filter(None, variables), None)
        return Secret(token, self._masks) if token else None

    @staticmethod
    def _text(value: Any, templar: Templar) -> str:
        return "" if value is None else templar.text(value, templar.variables({}))

    def table(self, document: Document, _data: bytes) -> None:
        """Hosts of a table."""
        if not isinstance(document.data.get("path"), str):
            raise document.error("`path` must name the table", ("path",))
        path = csv_format.path_of(document.data, document.file)
        columns = csv_format.columns_of(document.data)
        table = read_file(path, what="table", origin=document.origin(("path",)))
        hosts = set(self._tree.hosts)
        csv_format.fill(self._tree, table, str(path), columns)
        new = [name for name in self._tree.hosts if name not in hosts]
        Constructor(document, self._templar()).apply(self._tree, new)

    def generator(self, document: Document, _data: bytes) -> None:
        """Hosts for every combination of the values of some layers."""
        layers, hosts = document.data.get("layers"), document.data.get("hosts")
        if not isinstance(layers, dict) or not isinstance(hosts, dict) or "name" not in hosts:
            raise document.error("a generator needs `layers`, and `hosts` with a `name`")
        templar, origin = self._templar(), place_of(document)
        values = [value if isinstance(value, list) else [value] for value in layers.values()]
        products = itertools.product(*values)
        for product in itertools.islice(products, _MOST_GENERATED):
            variables = templar.variables(dict(zip(layers, product, strict=True)))
            name = templar.text(hosts["name"], variables)
            self._tree.add_host(name, "ungrouped", document.file, lambda: origin)
            for parent in hosts.get("parents") or ():
                self._generate_parent(document, name, parent, variables, templar, host=True)

    def _generate_parent(
        self,
        document: Document,
        child: str,
        written: Mapping[str, Any],
        variables: Any,
        templar: Templar,
        *,
        host: bool = False,
    ) -> None:
        name = constructing.safe_group_name(templar.text(written["name"], variables))
        group = self._tree.add_group(name)
        if host:
            group.hosts[child] = None
            self._tree.hosts[child].groups[name] = None
        else:
            _link(self._tree, name, child, place_of(document))
        if written.get("vars"):
            group.scopes.append(PlainScope(templar.render(written["vars"], variables)))
        for parent in written.get("parents") or ():
            self._generate_parent(document, name, parent, variables, templar)


Read = Callable[[Plugins, Document, bytes], None]

_KINDS: Mapping[str, tuple[Read, frozenset[str]]] = {
    "constructed": (Plugins.constructed, constructing.OPTIONS),
    "netbox.netbox.nb_inventory": (
        Plugins.from_netbox,
        constructing.OPTIONS | netbox.OPTIONS,
    ),
    "nb_inventory": (Plugins.from_netbox, constructing.OPTIONS | netbox.OPTIONS),
    "playrun.csv": (Plugins.table, constructing.OPTIONS | csv_format.OPTIONS),
    "csv": (Plugins.table, constructing.OPTIONS | csv_format.OPTIONS),
    "generator": (Plugins.generator, frozenset(("layers", "hosts"))),
}


def _unknown(document: Document, name: Any) -> LoadError:
    known = ("constructed", "netbox.netbox.nb_inventory", "csv", "generator")
    close = nearest(str(name), known)
    return document.error(
        f"the inventory plugin {name} is not supported",
        ("plugin",),
        hint=f"did you mean {close}?" if close else f"known are {', '.join(known)}",
    )


def fill_toml(tree: Tree, text: str, file: str) -> None:
    """An inventory in TOML: groups as tables with hosts, vars and children. Raises LoadError."""
    origin = Origin(file, 1, 1)
    try:
        groups = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LoadError(f"not valid TOML: {error}", origin=origin) from None
    for name, content in groups.items():
        if not isinstance(content, dict):
            raise LoadError(f"the group {name} must be a table", origin=origin)
        group = tree.add_group(name)
        for host, values in _table(content, "hosts", origin).items():
            member = tree.add_host(host, name, file, lambda: origin)
            if values:
                member.scopes.append(PlainScope(_marked(values, origin)))
        if variables := _table(content, "vars", origin):
            group.scopes.append(PlainScope(_marked(variables, origin)))
        for child in _children(content.get("children", ())):
            _link(tree, name, child, origin)


def _table(content: Mapping[str, Any], name: str, origin: Origin) -> Mapping[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise LoadError(f"{name} must be a table", origin=origin)
    return table


def _children(written: Any) -> Iterable[str]:
    return [child for child in written if isinstance(child, str)]


def _link(tree: Tree, parent: str, child: str, origin: Origin) -> None:
    try:
        tree.add_child(parent, child)
    except GroupLoopError as loop:
        raise LoadError(str(loop), origin=origin) from None


def _marked(value: Any, origin: Origin) -> Any:
    """The user's own text: templates in it count."""
    if isinstance(value, str):
        source = Source(value, origin)
        return source if source.has_markers else value
    if isinstance(value, dict):
        return {name: _marked(item, origin) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, origin) for item in value]
    return value
