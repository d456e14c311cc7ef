"""A visitor's browser, and the shop of somebody else that it is on."""

from tests.browser.shop import context, shop
from tests.web.conftest import services
from tests.web.customer_side import make_inbox

__all__ = ["context", "make_inbox", "services", "shop"]
