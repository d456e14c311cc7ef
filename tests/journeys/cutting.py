"""Links that break at any place of what is said over them."""

import asyncio
import random
from collections.abc import Sequence

from tests.servers.proxy import Fate, Proxy

PAUSE_SECONDS = (0.1, 0.6)
LONGEST = 4000  # bytes: within a request, a literal, a mail, or just before an answer


class Cutting:
    """Each time one link: now, or when it comes to a certain byte."""

    def __init__(self, links: Sequence[Proxy], seed: int) -> None:
        self.links = links
        self._chance = random.Random(seed)
        self._at_once = 0

    @property
    def cuts(self) -> int:
        return self._at_once + sum(link.cuts for link in self.links)

    async def for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*PAUSE_SECONDS))
            link = self._chance.choice(self.links)
            if not link.fates:
                link.fates.append(self._fate())
            if self._chance.random() < 0.5:
                self._at_once += 1
                link.cut()

    def mend(self) -> None:
        for link in self.links:
            link.fates.clear()

    def _fate(self) -> Fate:
        """`down=0` cuts after the request has arrived and before anybody knows."""
        at = self._chance.randrange(1, LONGEST)
        return self._chance.choice([Fate(up=at), Fate(down=at), Fate(down=0)])
