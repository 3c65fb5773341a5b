"""Who delivers where."""

from typing import NamedTuple, Optional


class UnknownCountryError(LookupError):
    pass


class Carrier(NamedTuple):
    name: str
    days: int
    express_days: Optional[int] = None

    @property
    def has_express(self) -> bool:
        return self.express_days is not None


CARRIERS = {
    "DE": Carrier("Hanse Parcel", 2, express_days=1),
    "NL": Carrier("Maas Post", 2),
    "FR": Carrier("Relais", 4, express_days=2),
}


def carrier_for(country: str) -> Carrier:
    carrier = CARRIERS.get(country.upper())
    if carrier is None:
        raise UnknownCountryError(f"nobody delivers to {country}")
    return carrier
