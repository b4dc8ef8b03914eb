"""Random plays in which hosts part: blocks, rescues, includes, handlers, run_once, meta."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

Pick = Callable[[Sequence[Any]], Any]
"""Chooses one of several things."""

CONDITIONS = (None, None, None, "n == 1", "n == 2", "n < 3", "n is odd", "ok | default(true)")
HANDLERS = ("one", "two", "three")
FILES = ("f.yml", "g.yml")
METAS = ("flush_handlers", "end_host", "noop", "clear_host_errors", "end_play", "end_batch")


class Maker:
    """Makes one play; every task has a name of its own."""

    def __init__(self, pick: Pick, *, once: bool = True, metas: Sequence[str] = METAS) -> None:
        self._pick = pick
        self._once = once
        self._metas = metas
        self._count = 0

    def playbook(self) -> tuple[str, dict[str, str]]:
        """The playbook's text, and the files that it includes."""
        files = {name: self._text(self._entries(1, includes=False)) for name in FILES}
        play: dict[str, Any] = {"hosts": "all", "gather_facts": False}
        if self._pick([False, False, True]):
            play["serial"] = self._pick([2, 3])
        if self._pick([False, False, False, True]):
            play["force_handlers"] = True
        play["handlers"] = [
            {**self._leaf(handler=True), "name": name, "listen": "topic"} for name in HANDLERS
        ]
        play["tasks"] = self._entries(3)
        play["post_tasks"] = self._entries(1)
        last = {
            "hosts": "all",
            "gather_facts": False,
            "tasks": [{"name": "last", "debug": {"msg": "{{ fact | default('none') }}"}}],
        }
        return self._text([play, last]), files

    def _text(self, entries: list[dict[str, Any]]) -> str:
        return json.dumps(entries, indent=1)

    def _entries(self, depth: int, *, includes: bool = True) -> list[dict[str, Any]]:
        count = self._pick([1, 2, 3])
        return [self._entry(depth, includes=includes) for _ in range(count)]

    def _entry(self, depth: int, *, includes: bool) -> dict[str, Any]:
        kinds = ["leaf"] * 5 + ["block"] * (3 if depth else 0) + ["include"] * (2 * includes)
        match self._pick(kinds):
            case "block":
                return self._block(depth - 1, includes=includes)
            case "include":
                return self._include()
        return self._leaf()

    def _block(self, depth: int, *, includes: bool) -> dict[str, Any]:
        block: dict[str, Any] = {"block": self._entries(depth, includes=includes)}
        if self._pick([True, True, False]):
            block["rescue"] = self._entries(depth, includes=includes)
        if self._pick([True, False]) or "rescue" not in block:
            block["always"] = self._entries(depth, includes=includes)
        return self._with_when(block)

    def _include(self) -> dict[str, Any]:
        task = self._with_when({**self._named("include"), "include_tasks": self._pick(FILES)})
        if self._pick([False, False, True]):
            task["loop"] = self._pick([[1, 2], "{{ [[1, 2], [2, 1], [2], [1, 2]][n - 1] }}"])
        return task

    def _leaf(self, *, handler: bool = False) -> dict[str, Any]:
        task = self._named("task") | self._action(handler=handler)
        if "meta" not in task and self._once and self._pick([True, *[False] * 5]):
            task["run_once"] = True
        if self._pick([True, *[False] * 7]):
            task["ignore_errors"] = True
        return self._with_when(task)

    def _action(self, *, handler: bool) -> dict[str, Any]:
        kinds = ["debug", "debug", "fail", "fact", "change", "change", "others"]
        match self._pick(kinds if handler or not self._metas else [*kinds, "meta"]):
            case "fail":
                return {"fail": {"msg": "failed"}}
            case "fact":
                return {"set_fact": {"fact": f"{{{{ inventory_hostname }}}}-{self._count}"}}
            case "change":
                names = [*HANDLERS, "topic"]
                return {
                    "debug": {"msg": "changed"},
                    "changed_when": "n != 3",
                    "notify": [self._pick(names)],
                }
            case "meta":
                return {"meta": self._pick(self._metas)}
            case "others":
                return {"debug": {"msg": "{{ hostvars['h1'].fact | default('none') }}"}}
        return {"debug": {"msg": "{{ fact | default('none') }} {{ item | default('') }}"}}

    def _named(self, word: str) -> dict[str, Any]:
        self._count += 1
        return {"name": f"{word} {self._count}"}

    def _with_when(self, entry: dict[str, Any]) -> dict[str, Any]:
        condition = self._pick(CONDITIONS)
        return entry if condition is None else {**entry, "when": condition}
