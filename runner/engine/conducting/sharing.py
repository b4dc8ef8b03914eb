"""What hosts of a play give one another, and what every worker must know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from runner.actions.api import AddHost, AddToGroup
from runner.engine.conducting.standing import Standings
from runner.engine.frame import Given
from runner.engine.steps import News, Progress, Published, Result, Yield
from runner.engine.strategies.api import Strategy
from runner.engine.work import publish
from runner.engine.world import World
from runner.events import Position


class Sharing:
    """For one batch of a play."""

    def __init__(self, world: World, strategy: Strategy, hosts: Standings) -> None:
        self._world = world
        self._strategy = strategy
        self._hosts = hosts
        self._out: set[str] = set()
        """Hosts that `ansible_play_hosts` is without."""
        self._left: list[str] = []
        """Of those, the ones that the workers do not know of yet."""
        self._added: list[tuple[int, tuple[AddHost | AddToGroup, ...]]] = []
        """What tasks add to the inventory, with the place of the host that they ran for."""
        self._given: list[tuple[Position, int, Published]] = []
        """Facts that are other hosts', with the place of the host that found them."""
        self.grown = False
        """The inventory is another now."""

    def take(self, progress: Progress) -> None:
        """What one host's task gave to itself is readable everywhere from now on; what it gave to
        others when that is settled."""
        for secret in progress.secrets:
            self._world.masks.add(secret)
        self._world.masks.take_new()
        if progress.inventory:
            self._added.append((self._hosts[progress.host].place, progress.inventory))
        if progress.early and progress.host not in self._out:
            self._out.add(progress.host)
            self._left.append(progress.host)
        if progress.published or progress.secrets:
            published = self._published(progress)
            publish(self._world, published)
            self._tell_workers(News(published, progress.secrets))

    def _published(self, progress: Progress) -> tuple[Published, ...]:
        """What may be read from now on; gifts to other hosts are kept until all is settled."""
        place = self._hosts[progress.host].place
        own = []
        for value in progress.published:
            if value.host == progress.host:
                own.append(value)
            else:
                self._given.append((value.position, place, value))
        return (*own, *_for_all(own, progress.at, self._hosts))

    def settle(self) -> None:
        """Before other hosts go on: all that one host's task gave to another is there, and all
        that it added to the inventory. The order is the play's, whoever was first through."""
        self._hand_over()
        self._grow()

    def _hand_over(self) -> None:
        """Facts that were delegated: the hosts they are about have them from now on."""
        if not self._given:
            return
        given, self._given = sorted(self._given, key=itemgetter(0, 1)), []
        values = tuple(value for *_, value in given)
        publish(self._world, values)
        for value in values:
            layers = Given(**{value.layer: {value.name: value.value}})
            host = self._hosts.get(value.host)
            if host is not None and host.status is None:
                host.due.append(layers)
            else:
                self._world.give(value.host, layers)
        self._tell_workers(News(values))

    def _grow(self) -> None:
        if not self._added:
            return
        added, self._added = sorted(self._added, key=itemgetter(0)), []
        changes = tuple(change for _, changes in added for change in changes)
        made = [change for change in changes if self._world.grow(change)]
        self.grown |= bool(made)
        joined = tuple(change.name for change in made if isinstance(change, AddHost))
        self._tell_workers(News(inventory=changes, joined=joined))

    def tell_who_left(self) -> None:
        """Workers that have not heard of it yet."""
        if self._left:
            self._tell_workers(News())

    def _tell_workers(self, news: News) -> None:
        left, self._left = tuple(self._left), []
        self._strategy.share(news._replace(left=left))


def _for_all(
    values: Sequence[Published], at: Yield | None, hosts: Iterable[str]
) -> Iterator[Published]:
    """What a run_once task gave is every host's, for those too that read it there."""
    if not isinstance(at, Result):
        return
    given = [
        value
        for value in values
        if value.position == at.position and value.name in getattr(at.values, value.layer, ())
    ]
    for host in hosts:
        yield from (value._replace(host=host) for value in given if value.host != host)
