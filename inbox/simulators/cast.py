"""The customers one can play: the same few people on every channel.

Addresses and numbers are of the ranges set aside for fiction, so that none is a real person's.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """`email`, `phone` and `telegram` are how the shop knows this person on each channel."""

    key: str
    name: str
    language: str
    about: str
    email: str
    phone: str
    telegram: int

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def last_name(self) -> str:
        return self.name.split()[-1]


CAST = (
    Customer(
        key="emma",
        name="Emma Clarke",
        language="en",
        about="waits for a parcel",
        email="emma.clarke@post.example",
        phone="+12025550101",
        telegram=710000001,
    ),
    Customer(
        key="ana",
        name="Ana Petrović",
        language="sr",
        about="wants to change her address",
        email="ana.petrovic@post.example",
        phone="+46701740606",
        telegram=710000002,
    ),
    Customer(
        key="jan",
        name="Jan Novák",
        language="cs",
        about="was charged twice",
        email="jan.novak@post.example",
        phone="+46701740605",
        telegram=710000003,
    ),
    Customer(
        key="maria",
        name="Мария Иванова",
        language="bg",
        about="asks before she buys",
        email="maria.ivanova@post.example",
        phone="+61491570156",
        telegram=710000004,
    ),
    Customer(
        key="omar",
        name="عمر حداد",
        language="ar",
        about="sends back a pair of shoes",
        email="omar.haddad@post.example",
        phone="+12025550105",
        telegram=710000005,
    ),
)


def by_key(key: str) -> Customer:
    """The first of the cast when nobody has that key."""
    return next((customer for customer in CAST if customer.key == key), CAST[0])


def by_address(address: str) -> Customer | None:
    """Whoever has this e-mail address, number or chat id."""
    known = {
        value: customer
        for customer in CAST
        for value in (customer.email, customer.phone, str(customer.telegram))
    }
    return known.get(address)
