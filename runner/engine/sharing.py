"""What hosts of a play give one another, and what every worker must know of it."""

from __future__ import annotations

from operator import itemgetter

from runner.actions.api import AddHost, AddToGroup
from runner.engine.frame import Given
from runner.engine.standing import Standings
from runner.engine.steps import News, Progress, Published, Result
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
        own = tuple(value for value in progress.published if value.host == progress.host)
        published = self._published(progress, own)
        publish(self._world, published)
        place = self._hosts[progress.host].place
        given = (value for value in progress.published if value.host != progress.host)
        self._given += [(value.position, place, value) for value in given]
        if progress.inventory:
            self._added.append((place, progress.inventory))
        if progress.early and progress.host not in self._out:
            self._out.add(progress.host)
            self._left.append(progress.host)
        if published or progress.secrets:
            self._tell_workers(News(published, progress.secrets))

    def _published(
        self, progress: Progress, values: tuple[Published, ...]
    ) -> tuple[Published, ...]:
        """What a run_once task gave is every host's, for those too that read it there."""
        result = progress.at
        if not values or not isinstance(result, Result):
            return values
        for_all = [
            value
            for value in values
            if value.position == result.position
            and value.name in getattr(result.values, value.layer, ())
        ]
        others = [name for name in self._hosts if name != progress.host]
        return (*values, *(value._replace(host=name) for name in others for value in for_all))

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
        for change in changes:
            self.grown |= self._world.grow(change)
        self._tell_workers(News(inventory=changes))

    def tell_who_left(self) -> None:
        """Workers that have not heard of it yet."""
        if self._left:
            self._tell_workers(News())

    def _tell_workers(self, news: News) -> None:
        left, self._left = tuple(self._left), []
        self._strategy.share(news._replace(left=left))
