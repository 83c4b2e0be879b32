"""Invented words: spellings from many styles, so that a value must be copied and cannot be picked from a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

SHORTEST = 3
LONGEST = 13
"""Letters; longer draws are cut short, so that a turn stays short."""


@dataclass(frozen=True)
class Style:
    """One way to spell: beginnings, vowels, consonants between and endings, each drawn evenly."""

    onsets: tuple[str, ...]
    vowels: tuple[str, ...]
    middles: tuple[str, ...]
    endings: tuple[str, ...]
    lengths: tuple[int, ...]
    """Middle syllables, drawn evenly."""

    def word(self, rng: random.Random) -> str:
        """A lower-case word of this style."""
        choice = rng.choice
        parts = [choice(self.onsets), choice(self.vowels)]
        for _ in range(choice(self.lengths)):
            parts.append(choice(self.middles))
            parts.append(choice(self.vowels))
        parts.append(choice(self.endings))
        return "".join(parts)


def _styles(table: str) -> tuple[Style, ...]:
    """The styles of a table whose lines read "Name: onsets / vowels / middles / endings / lengths"."""
    rows = table.strip().replace("\n  ", " ").splitlines()
    fields = ([part.split() for part in row.partition(":")[2].split("/")] for row in rows)
    return tuple(
        Style(tuple(onsets), tuple(vowels), tuple(middles), tuple(endings), tuple(int(length) for length in lengths))
        for onsets, vowels, middles, endings, lengths in fields
    )


STYLES = _styles("""
Polish, Czech: w b br cz d g gr k kr l m mi p pr r s st sz sw t w z zb bo / a e i o u ie y / j ci cz sz sł r rz ł w m
  / ciech sław mir ek usz ka sia żyna ta dan ko nik rzej / 0 0 1
Russian, South Slavic: v d m n b s k g l y z dr sv vl zh / a e i o u / l n r k d sl m zh v t
  / ya na mir slav lo ko sha va n r ta / 0 1 1
Southern African: th s n z nk l m b t kh nd mb mp dl / a i o u e / nd l m k mb ndl z s nt b th
  / we le so li la kile mbi sa ni po / 0 1 1
West African: ng ch ob n k ad ol em if kw t y f b am ok uch / a e i o u / z d b k m n kw l ch w
  / zi ma ka na di si chi de le a mi / 0 1 1
East African: w nj k m a b j z ny mw / a i u e o / nj m r k ng b l t / ri u ru a i eri ani ma ka o / 0 1 1
Japanese: h k s t m n y r sh ch a i / a i u e o / k s t n m r y sh ts d b
  / ko ki ta ro mi ya shi to ka n ri ji / 0 1 1 2
Chinese, Vietnamese: x zh q j l w h ch t ng ph th tr m b y / a i u ao ia uo ie uy / n ng l m
  / n ng i o u anh inh ong / 0 0 0 1
Korean: j s h m y k d ch b t / i eo u a o ae eu / n ng h m / n ng ho woo yeon seok min hee jin / 0 0 1
Arabic, Persian: kh sh a f h z m r n s y gh d j / a i aa u ee / l m r d s b f z h n
  / ir im a ah id een al ar oud an / 0 0 1
Turkish: b c e g k m o s t y z h / a e i ı o ö u ü / l r y m k t ş n / an en can gül ay tuğ han met bek lin / 0 0 1
Indian: pr a v s k d n r m h j l sh bh g / a i aa u e o / n j d v sh r k m t sw dh
  / ya ka it esh ika endra an a i preet / 0 0 1
Welsh: ll gw rh c d m br g ff t / y w a e o ae / l w dd ff n r nn / yn en wen eth ys dd an wyn fa ir / 0 0 1
Irish, Scottish: s n c d f ao m br ei / ao ia i ea oi a / rs bh dh n l r ch gh / se nn la in an ch aid igh lin / 0 0 1
Spanish, Basque: j m r c es g l x al i / a e i o u / r l n qu z rr ñ ch t d
  / ito ela uel aza ona arra ando ina o a / 0 0 1
Nahuatl, Quechua: x tl c t qu m n az chi / o i a e u / ch tl tz c l m cu x
  / tl itl atl uac li ca pa ya huatl tzin / 0 0 1
Portuguese, French: j b g m r l c d f ch / a e i o ou au é / r l n nh ss v d t qu
  / inho eau ette elle ão ine ault ique ois ard / 0 0 1
Nordic, Finnish: h s j t k v r b f l p / a e i o u ä ö aa ii / kk ll nn rr st l r v m
  / ri nen ka la i a ulf run da e / 0 1 1
Greek, Hungarian: d e k l th ph s v a g sz / a e i o y eo / l n r m k d st ph gy
  / os is ia ios ika as nna ész ely án / 0 0 1
Hawaiian, Maori: k l m n h w p t wh / a e i o u ai oa / l n k m h r w / ni lani ka kai a na mo hi ka roa / 0 1 1
English: b br bl c cl d f fl g gr h j k l m p pl qu r s sh sk st t tr w / a e i o u ea oo / b bb d g l ll m n p r t v
  / y er le ton ley sworth by in ock ford el ett ix / 0 0 1
Far tales: z x v q dr kr vr th zy ax el or ul j / a e i o u y ae / r x z l th v k q n
  / ix or ax yn el us on ara iel az oq / 0 0 1
""")

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_VOWELS = "aeiouaeiouy"


def has_triple(word: str) -> bool:
    """Whether a letter stands three times in a row."""
    return any(word[at] == word[at + 1] == word[at + 2] for at in range(len(word) - 2))


def letters(rng: random.Random) -> str:
    """A word of almost any letters, as long as it can be said."""
    choice = rng.choice
    parts = [choice(_CONSONANTS)] if rng.random() < 0.8 else []
    for _ in range(choice((1, 2, 2, 3))):
        parts.append(choice(_VOWELS))
        parts.append(choice(_CONSONANTS))
        if rng.random() < 0.2:
            parts.append(choice(_CONSONANTS))
    if rng.random() < 0.4:
        parts.append(choice(_VOWELS))
    return "".join(parts)


def splice(first: str, second: str, rng: random.Random) -> str:
    """The beginning of one word and the end of another."""
    head = first[: rng.randint(2, max(2, len(first) - 1))]
    return head + second[-rng.randint(2, max(2, min(4, len(second)))) :].lower()


def invented(rng: random.Random) -> str:
    """A lower-case word that stands in no list, in one of all styles."""
    while True:
        word = letters(rng) if rng.random() < 0.15 else rng.choice(STYLES).word(rng)
        if len(word) >= SHORTEST and not has_triple(word):
            return word[:LONGEST]
