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
        self.grown = False
        """The inventory is another now."""

    def take(self, progress: Progress) -> None:
        """What one host's task gave is readable everywhere before any other host goes on."""
        for secret in progress.secrets:
            self._world.masks.add(secret)
        self._world.masks.take_new()
        published = self._published(progress)
        publish(self._world, published)
        for value in progress.published:
            if value.host != progress.host:
                self._hand_over(value)
        if progress.inventory:
            self._added.append((self._hosts[progress.host].place, progress.inventory))
        if progress.early and progress.host not in self._out:
            self._out.add(progress.host)
            self._left.append(progress.host)
        if progress.published or progress.secrets:
            self._tell_workers(News(published, progress.secrets))

    def _published(self, progress: Progress) -> tuple[Published, ...]:
        """What a run_once task gave is every host's, for those too that read it there."""
        values = progress.published
        if not values or not isinstance(progress.at, Result):
            return values
        own = [each for each in values if each.position == progress.at.position]
        others = [name for name in self._hosts if name != progress.host]
        return (*values, *(value._replace(host=name) for name in others for value in own))

    def _hand_over(self, value: Published) -> None:
        """A fact that was delegated: the host it is about has it from now on."""
        given = Given(**{value.layer: {value.name: value.value}})
        host = self._hosts.get(value.host)
        if host is not None and host.status is None:
            host.due.append(given)
        else:
            self._world.give(value.host, given)

    def grow(self) -> None:
        """Adds to the inventory. Hosts stand in groups in the play's order, whoever was first
        to be through."""
        added, self._added = sorted(self._added, key=itemgetter(0)), []
        changes = tuple(change for _, changes in added for change in changes)
        for change in changes:
            self.grown |= self._world.grow(change)
        if changes:
            self._tell_workers(News(inventory=changes))

    def tell_who_left(self) -> None:
        """Workers that have not heard of it yet."""
        if self._left:
            self._tell_workers(News())

    def _tell_workers(self, news: News) -> None:
        left, self._left = tuple(self._left), []
        self._strategy.share(news._replace(left=left))
