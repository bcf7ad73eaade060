"""Teams of the NBA, the real thirty, with their arenas and the places abroad: no players, no results."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Venue:
    arena: str
    city: str
    state: str | None
    latitude: float
    longitude: float
    timezone: str
    country: str = "USA"


@dataclass(frozen=True)
class Team:
    """`called` is the first half of its name, `LA` Clippers or `Golden State` Warriors; the venue has the city."""

    abbr: str
    team_id: int
    called: str
    nickname: str
    division: str
    airport: str
    venue: Venue

    @property
    def name(self) -> str:
        return f"{'Los Angeles' if self.called == 'LA' else self.called} {self.nickname}"

    @property
    def conference(self) -> str:
        return "East" if self.division in ("Atlantic", "Central", "Southeast") else "West"


_ET, _CT, _MT = "America/New_York", "America/Chicago", "America/Denver"
_AZ, _PT = "America/Phoenix", "America/Los_Angeles"
_CLIPPERS_OLD = Venue("Crypto.com Arena", "Los Angeles", "CA", 34.0430, -118.2672, _PT)
_CLIPPERS_NEW = Venue("Intuit Dome", "Inglewood", "CA", 33.9451, -118.3431, _PT)

# Division -> abbr, last two digits of the id, called, nickname, airport, arena, city, state, latitude, longitude, zone.
_TEAMS = {
    "Atlantic": (
        ("BOS", 38, "Boston", "Celtics", "BOS", "TD Garden", "", "MA", 42.3663, -71.0622, _ET),
        ("BKN", 51, "Brooklyn", "Nets", "JFK", "Barclays Center", "", "NY", 40.6826, -73.9752, _ET),
        ("NYK", 52, "New York", "Knicks", "JFK", "Madison Square Garden", "", "NY", 40.7505, -73.9936, _ET),
        ("PHI", 55, "Philadelphia", "76ers", "PHL", "Wells Fargo Center", "", "PA", 39.9011, -75.1719, _ET),
        ("TOR", 61, "Toronto", "Raptors", "YYZ", "Scotiabank Arena", "", "ON", 43.6433, -79.3791, _ET),
    ),
    "Central": (
        ("CHI", 41, "Chicago", "Bulls", "ORD", "United Center", "", "IL", 41.8805, -87.6741, _CT),
        ("CLE", 39, "Cleveland", "Cavaliers", "CLE", "Rocket Arena", "", "OH", 41.4963, -81.688, _ET),
        ("DET", 65, "Detroit", "Pistons", "DTW", "Little Caesars Arena", "", "MI", 42.3411, -83.055, _ET),
        ("IND", 54, "Indiana", "Pacers", "IND", "Gainbridge Fieldhouse", "Indianapolis", "IN", 39.7639, -86.1556, _ET),
        ("MIL", 49, "Milwaukee", "Bucks", "MKE", "Fiserv Forum", "", "WI", 43.045, -87.9181, _CT),
    ),
    "Southeast": (
        ("ATL", 37, "Atlanta", "Hawks", "ATL", "State Farm Arena", "", "GA", 33.7572, -84.3963, _ET),
        ("CHA", 66, "Charlotte", "Hornets", "CLT", "Spectrum Center", "", "NC", 35.225, -80.8391, _ET),
        ("MIA", 48, "Miami", "Heat", "MIA", "Kaseya Center", "", "FL", 25.7813, -80.188, _ET),
        ("ORL", 53, "Orlando", "Magic", "MCO", "Kia Center", "", "FL", 28.5391, -81.3836, _ET),
        ("WAS", 64, "Washington", "Wizards", "DCA", "Capital One Arena", "", "DC", 38.8982, -77.0209, _ET),
    ),
    "Northwest": (
        ("DEN", 43, "Denver", "Nuggets", "DEN", "Ball Arena", "", "CO", 39.7489, -105.0084, _MT),
        ("MIN", 50, "Minnesota", "Timberwolves", "MSP", "Target Center", "Minneapolis", "MN", 44.9795, -93.2761, _CT),
        ("OKC", 60, "Oklahoma City", "Thunder", "OKC", "Paycom Center", "", "OK", 35.4633, -97.515, _CT),
        ("POR", 57, "Portland", "Trail Blazers", "PDX", "Moda Center", "", "OR", 45.5316, -122.6666, _PT),
        ("UTA", 62, "Utah", "Jazz", "SLC", "Delta Center", "Salt Lake City", "UT", 40.7683, -111.9011, _MT),
    ),
    "Pacific": (
        ("GSW", 44, "Golden State", "Warriors", "SFO", "Chase Center", "San Francisco", "CA", 37.768, -122.3875, _PT),
        ("LAC", 46, "LA", "Clippers", "LAX", "", "", "", 0, 0, _ET),
        ("LAL", 47, "Los Angeles", "Lakers", "LAX", "Crypto.com Arena", "", "CA", 34.043, -118.2672, _PT),
        ("PHX", 56, "Phoenix", "Suns", "PHX", "Footprint Center", "", "AZ", 33.4458, -112.0713, _AZ),
        ("SAC", 58, "Sacramento", "Kings", "SMF", "Golden 1 Center", "", "CA", 38.5803, -121.4996, _PT),
    ),
    "Southwest": (
        ("DAL", 42, "Dallas", "Mavericks", "DFW", "American Airlines Center", "", "TX", 32.7905, -96.8102, _CT),
        ("HOU", 45, "Houston", "Rockets", "IAH", "Toyota Center", "", "TX", 29.7508, -95.3622, _CT),
        ("MEM", 63, "Memphis", "Grizzlies", "MEM", "FedExForum", "", "TN", 35.1383, -90.0505, _CT),
        ("NOP", 40, "New Orleans", "Pelicans", "MSY", "Smoothie King Center", "", "LA", 29.9488, -90.0819, _CT),
        ("SAS", 59, "San Antonio", "Spurs", "SAT", "Frost Bank Center", "", "TX", 29.4269, -98.4375, _CT),
    ),
}

MEXICO_CITY = Venue("Mexico City Arena", "Mexico City", None, 19.4969, -99.1756, "America/Mexico_City", "MEX")
PARIS = Venue("Accor Arena", "Paris", None, 48.8386, 2.3786, "Europe/Paris", "FRA")
CUP_FINAL = Venue("T-Mobile Arena", "Las Vegas", "NV", 36.1028, -115.1783, _PT)


def league(year: int) -> dict[str, Team]:
    """The teams of one season by tricode. The Clippers left the arena they shared with the Lakers in 2024."""
    clippers = _CLIPPERS_NEW if year >= 2024 else _CLIPPERS_OLD
    teams = {}
    for division, members in _TEAMS.items():
        for abbr, number, called, nickname, airport, arena, city, state, latitude, longitude, zone in members:
            country = "CAN" if abbr == "TOR" else "USA"
            home = Venue(arena, city or called, state, latitude, longitude, zone, country)
            venue = clippers if abbr == "LAC" else home
            teams[abbr] = Team(abbr, 1610612700 + number, called, nickname, division, airport, venue)
    return dict(sorted(teams.items()))
