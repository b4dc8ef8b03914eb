"""NetBox as an inventory: devices and virtual machines over its HTTP interface.

Answers `plugin: netbox.netbox.nb_inventory` as far as it is about hosts, what they are called,
how they are reached and grouped. Interfaces, services and the like are not asked for.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import Request, build_opener

from runner.errors import LoadError
from runner.loading.inventory.constructing import safe_group_name
from runner.loading.inventory.groups import Tree
from runner.loading.scopes import PlainScope
from runner.values import Origin, Secret

OPTIONS = frozenset(
    "api_endpoint token validate_certs timeout query_filters device_query_filters "
    "vm_query_filters group_by group_names_raw plurals config_context headers cache "
    "cache_timeout interfaces services fetch_all ansible_host_dns_name".split()
)
_MOST_BYTES = 256 * 1024 * 1024
_MOST_PAGES = 10_000
_DEVICES, _MACHINES = "dcim/devices/", "virtualization/virtual-machines/"

_NESTED: Mapping[str, tuple[str, ...]] = {
    "site": ("site",),
    "location": ("location",),
    "rack": ("rack",),
    "tenant": ("tenant",),
    "device_role": ("role", "device_role"),
    "platform": ("platform",),
    "device_type": ("device_type",),
    "manufacturer": ("device_type.manufacturer",),
    "cluster": ("cluster",),
    "cluster_type": ("cluster.type",),
    "cluster_group": ("cluster.group",),
}
"""Variables that hold one short name, and where NetBox has it."""
_PLURALS = {name: f"{name}s" for name in _NESTED if not name.startswith("cluster")}
_AS_THEY_ARE = ("status", "serial", "asset_tag", "custom_fields")


class Service(NamedTuple):
    """How NetBox is asked. The token is revealed only into the request's header."""

    endpoint: str
    token: Secret | None
    validate_certs: bool
    timeout: float
    origin: Origin


class Shape(NamedTuple):
    """How answers become variables and groups."""

    plurals: bool = True
    group_by: tuple[str, ...] = ()
    raw_names: bool = False
    config_context: bool = False


def shape_of(options: Mapping[str, Any]) -> Shape:
    """What a plugin's file says of it."""
    return Shape(
        options.get("plurals") is not False,
        tuple(options.get("group_by") or ()),
        options.get("group_names_raw") is True,
        options.get("config_context") is True,
    )


def ask(service: Service, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All devices and virtual machines that the filters leave. Raises LoadError."""
    shared = _filters(options.get("query_filters"))
    context = [] if options.get("config_context") is True else [("exclude", "config_context")]
    found: list[dict[str, Any]] = []
    for path, name, machine in (
        (_DEVICES, "device_query_filters", False),
        (_MACHINES, "vm_query_filters", True),
    ):
        filters = [("limit", "500"), *context, *shared, *_filters(options.get(name))]
        url = f"{service.endpoint.rstrip('/')}/api/{path}?{urlencode(filters)}"
        found += ({**item, "is_virtual": machine} for item in _pages(service, url))
    return found


def _filters(written: Any) -> list[tuple[str, str]]:
    """`[{role: core}, {site: [a, b]}]` as pairs for a query."""
    pairs: list[tuple[str, str]] = []
    for entry in written or []:
        for name, value in entry.items() if isinstance(entry, dict) else ():
            values = value if isinstance(value, list) else [value]
            pairs += ((str(name), _query_text(each)) for each in values)
    return pairs


def _query_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pages(service: Service, url: str) -> Iterator[dict[str, Any]]:
    opened = _opener(service)
    following: str | None = url
    for _ in range(_MOST_PAGES):
        if following is None:
            return
        page = _page(service, following, opened)
        yield from (item for item in page.get("results", ()) if isinstance(item, dict))
        step = page.get("next")
        following = _same_place(url, step) if isinstance(step, str) else None
    raise _failed(service, "the list of devices has no end")


def _same_place(url: str, following: str) -> str:
    """The next page at the place that was asked: the token goes nowhere else."""
    here, there = urlsplit(url), urlsplit(following)
    return urlunsplit((here.scheme, here.netloc, here.path, there.query, ""))


def _opener(service: Service) -> Callable[..., Any]:
    from urllib.request import HTTPRedirectHandler, HTTPSHandler

    class NoRedirect(HTTPRedirectHandler):
        """A token is sent to the place that was named, and to no other."""

        def redirect_request(self, *_arguments: Any) -> None:
            return None

    context = ssl.create_default_context()
    if not service.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return build_opener(NoRedirect, HTTPSHandler(context=context)).open


def _page(service: Service, url: str, opened: Callable[..., Any]) -> dict[str, Any]:
    request = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - checked below
    if service.token is not None:
        request.add_unredirected_header("Authorization", f"Token {service.token.reveal()}")
    try:
        with opened(request, timeout=service.timeout) as response:
            page = json.loads(response.read(_MOST_BYTES))
    except HTTPError as error:
        error.close()
        raise _failed(service, _refusal(error.code)) from None
    except (URLError, OSError) as error:
        raise _failed(service, f"no answer: {getattr(error, 'reason', error)}") from None
    except ValueError:
        raise _failed(service, "the answer is no JSON") from None
    if not isinstance(page, dict) or not isinstance(page.get("results"), list):
        raise _failed(service, "the answer is no list of devices")
    return page


def _refusal(code: int) -> str:
    reasons = {
        401: "it does not know the token (401)",
        403: "the token is missing, wrong or may not read devices (403)",
        404: "there is no such page (404): is this NetBox?",
    }
    moved = "it sends us elsewhere; name that place" if 300 <= code < 400 else "it refuses"
    return reasons.get(code, f"{moved} ({code})")


def _failed(service: Service, message: str) -> LoadError:
    return LoadError(
        f"NetBox at {service.endpoint}: {message}",
        origin=service.origin,
        hint="check api_endpoint and token",
    )


def fill(
    tree: Tree, devices: list[dict[str, Any]], shape: Shape, file: str, origin: Origin
) -> list[str]:
    """Adds the hosts; returns their names."""
    names = []
    for device in devices:
        name = str(device.get("name") or f"netbox-{device.get('id')}")
        variables = _variables(device, shape)
        member = tree.add_host(name, "ungrouped", file, lambda: origin)
        member.scopes.append(PlainScope(variables))
        names.append(name)
        for group in _groups(device, variables, shape):
            tree.add_group(group).hosts[name] = None
            member.groups[group] = None
    return names


def _variables(device: Mapping[str, Any], shape: Shape) -> dict[str, Any]:
    made: dict[str, Any] = {"is_virtual": device["is_virtual"]}
    for name, paths in _NESTED.items():
        slug = next((slug for path in paths if (slug := _slug(_at(device, path)))), None)
        if slug is None:
            continue
        if shape.plurals and name in _PLURALS:
            made[_PLURALS[name]] = [slug]
        else:
            made[name] = slug
    made["tags"] = [slug for tag in device.get("tags") or () if (slug := _slug(tag))]
    made.update({name: device[name] for name in _AS_THEY_ARE if name in device})
    made.update(_addresses(device))
    if shape.config_context and isinstance(device.get("config_context"), dict):
        made["config_context"] = [device["config_context"]]
    local = device.get("local_context_data")
    if local:
        made["local_context_data"] = [local]
    return made


def _addresses(device: Mapping[str, Any]) -> dict[str, str]:
    made = {}
    for name in ("primary_ip4", "primary_ip6"):
        address = _at(device, f"{name}.address")
        if isinstance(address, str):
            made[name] = address.partition("/")[0]
    primary = _at(device, "primary_ip.address")
    if isinstance(primary, str):
        made["ansible_host"] = primary.partition("/")[0]
    return made


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _slug(value: Any) -> str | None:
    """The short name of a thing; older versions of NetBox give tags as texts."""
    if isinstance(value, dict):
        found = value.get("slug") or value.get("name") or value.get("display")
        return found if isinstance(found, str) else None
    return value if isinstance(value, str) else None


def _groups(device: Mapping[str, Any], variables: Mapping[str, Any], shape: Shape) -> Iterator[str]:
    for grouping in shape.group_by:
        value = variables.get(grouping)
        if grouping == "status":
            value = _at(device, "status.value")
        if grouping == "is_virtual":
            if value:
                yield "is_virtual"
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item:
                yield safe_group_name(item if shape.raw_names else f"{grouping}_{item}")
