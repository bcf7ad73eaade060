"""Invented names, and how each vendor spells a player. Nobody here exists.

Who carries a name and how he plays is the players'.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from functools import cache

_FIRST = """
Adrel Alder Ambrose Anselm Ardent Arlo Bastien Beck Boaz Brannoc Cael Calder Caspian Corwin Crispin Dacian Dashiell
Deveron Dorian Eamon Edric Elric Emeric Ephraim Evander Ewan Fenwick Finnian Florian Garrick Gideon Halden Hollis
Ignace Isidore Ivar Jareth Jorah Kaspar Keiron Kestrel Lachlan Leander Lorcan Lucian Macallan Magnus Merrick Nestor
Oberon Octavio Orson Osric Percival Phineas Quillon Rafferty Ransom Rohan Roscoe Rufus Sable Sandor Savion Silas
Soren Stellan Tavion Thaddeus Theron Tiberius Torin Ulric Valerian Varian Wendel Wyatt Xander Yorick Zander Zephyr
"""
_LAST = """
Abernathy Aldersgate Amberley Ashdown Averill Bancroft Barlowe Bellweather Birchfield Blackwood Bramwell Brightwater
Calloway Carrowmore Castellan Chadwick Claymore Coldwell Corrigan Cranmer Crosswell Dalrymple Danforth Dellacroix
Dunmore Eastlake Ellsworth Everhart Fairbourne Fennimore Fitzroy Foxworth Gainsford Gallowglass Garside Goodfellow
Grantham Greystoke Hallowell Harcastle Hawthorne Heatherly Holloway Hollister Ironwood Kensing Kingsley Kirkbride
Langstrom Larkspur Leventhal Lindqvist Lockhart Longacre Lovelace Mabry Marchbanks Merriweather Millbrook Montclair
Moorcroft Netherby Nightingale Northcott Oakhurst Okonjira Osgoode Pemberley Pendleton Penhallow Peregrine Quarles
Radcliffe Ravenhill Redfern Rivers Rookwood Rutherglen Salterton Sandoval Seabright Selwyn Shackleford Silverton
Somerset Southgate Stanhope Stonebridge Sutcliffe Tambwe Tarleton Thistlewood Thornbury Tidewell Underhill
Vandermere Wadsworth Wainscott Waverly Westbrooke Wetherby Whitlock Wickham Winterbourne Wolfenden Woodgate
Yarborough Yardley
"""
_ABROAD = """
Matéo Vukašić, Dragan Čolakov, Émile Tchambé, Žiga Dobrovšek, Nikša Perković-Lang, Jānis Ozolkalns, Léandre
Boisvért, Şahin Demirtaş, Andrés Peñarrubia, João Figueirô, Łukasz Wronkowicz, Márton Szélkúti, Håkon Østergård,
Bogdan Ţepeluş, Luka Žerjavić, Théo Mbangué, Álvaro Ibáñezcal, Domantas Šilkauskas, Vlatko Ćurčin, Kristián
Hrdličkov
"""
SUFFIXES = ("Jr.", "Jr.", "III", "II", "Sr.", "IV")

_SUFFIX_AT_END = re.compile(r"(jr|sr|ii|iii|iv)$")
_SUFFIX_ANYWHERE = re.compile(r"iii|jr|sr|ii|iv")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")


def full_names(rng: random.Random, how_many: int) -> list[str]:
    """Different names, of whom no two are the same to any vendor."""
    names: list[str] = []
    taken: set[str] = set()
    candidates = _candidates(rng)
    while len(names) < how_many:
        name = next(candidates)
        spellings = {lookup(name), *variants(name)}
        if not spellings & taken:
            taken |= spellings
            names.append(name)
    rng.shuffle(names)
    return names


def _candidates(rng: random.Random) -> Iterator[str]:
    yield from _ABROAD.replace("\n", " ").strip().split(", ")
    yield "Ivar Divens"  # the injury report makes him "ardens"
    yield "Tjrell Bramsro"
    first, last = _FIRST.split(), _LAST.split()
    while True:
        name = f"{rng.choice(first)} {rng.choice(last)}"
        yield f"{name} {rng.choice(SUFFIXES)}" if rng.random() < 0.06 else name


@cache
def lookup(name: str) -> str:
    """The canonical spelling: diacritics folded, suffix kept. Box scores, registry and sportsbooks write it."""
    folded = unicodedata.normalize("NFD", name.lower().replace("ł", "l").replace("ø", "o"))
    return _NOT_ALPHANUMERIC.sub("", folded)


@cache
def without_diacritics(name: str) -> str:
    """Ball Don't Lie's spelling: a letter that carries a diacritic is gone."""
    return _NOT_ALPHANUMERIC.sub("", unicodedata.normalize("NFC", name.lower()))


@cache
def without_suffix(name: str) -> str:
    """The spelling of both play-by-plays, BettingPros and ESPN: no such letters, and no suffix."""
    *names, last = name.split()
    bare = " ".join(names) if _SUFFIX_AT_END.fullmatch(last.lower().rstrip(".")) else name
    return without_diacritics(bare)


@cache
def in_injury_report(name: str) -> str:
    """The injury report's spelling: the letters of a suffix are gone wherever they stand."""
    return _SUFFIX_ANYWHERE.sub("", without_diacritics(name))


def variants(name: str) -> dict[str, str]:
    """Spelling -> why it differs, for every vendor's spelling that is not canonical."""
    canonical = lookup(name)
    spelled = {in_injury_report(name): "letters_removed", without_suffix(name): "suffix_difference"}
    if without_diacritics(name) != canonical:
        spelled = dict.fromkeys((*spelled, without_diacritics(name)), "diacritic_deleted")
    spelled.pop(canonical, None)
    return spelled
