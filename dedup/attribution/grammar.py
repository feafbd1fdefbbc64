"""The rules as regular expressions over strings of word classes (`lexicon`).

A few names for parts of phrases, then what is matched to the left and to the right of a cue. An
example stands beside each pattern, in words and in classes.
"""

from __future__ import annotations

import re

QUOTATION = "[QCPX?]"
CUES = re.compile("[VvgLlfWorRkuca]")

_NOUN = "[NKTUGHYEOAS]"  # what can name a party
_ANY = "[nsN*0KTUGHYEOASzyRd]"  # what else stands in a name's phrase
_PREPOSITION = "[pt]"
_JOINED = f"(?:{_NOUN}{{1,4}}&D{{0,2}}{_ANY}{{0,3}}{_NOUN})"  # Bonnie and Clyde
_OUTLETS = "D?[OA](?:,D?[OA]){0,9},?&D?[OA]"  # the Guardian, the BBC and Le Monde
# port, ministry and shipyard sources
_LISTED = "(?:(?:[nNKG]{1,2},){1,5}[nNKG]{1,2}&[nNK]{0,3}|n{1,2}&n{1,2})U"
_HEAD = f"(?:{_NOUN}|(?<=z)n{{1,2}})"  # the port's agent
_DATED = "(?:d0,(?=[0O]))?"  # an October 3, 2004 article
_PHRASE = f"D{{0,2}}{_DATED}(?:{_JOINED}|{_ANY}{{0,9}}{_HEAD})(?:\\((?:[NKOA]+)\\))?"
# of the Orrin Ports Authority · [sources] close to the board · [projections] by CNN and NPR
_OF = f"(?:(?:(?<=[UT])n)?{_PREPOSITION}|(?<=[nYEU])b)"
# [Olga Brandt of the Tern Institute] and contributor to Vox
_AND_WORKS = "&[nT]{1,2}[pt]D?[nNKGOA]{1,4}"
_AFTER = f"(?:{_OF}D{{0,2}}{_ANY}{{0,9}}[nNKTUGHYEOAS0](?:&D?[OA]|{_AND_WORKS})?)"
_APPOSED = "D?[nN]{0,2}HDO"  # local newspaper the Guardian
PARTY = f"(?:[iIj]|{_OUTLETS}|{_LISTED}|{_APPOSED}|{_PHRASE}{_AFTER}{{0,3}}|D?U)"
_WHO = "(?:q[nmeyVWpDN0TGUotObzRHYEKA]{1,14})?"  # who work at Lodden, when asked by Reuters

# What may stand before the one who speaks.
_EDGE = f"(?:\\A|(?<=[,;:hB&~(.)VRd]|{QUOTATION}))"
ASIDE = f"(?:,[^,;:{QUOTATION[1:-1]}]{{1,30}},|\\([^)]{{1,12}}\\),?|~[^~]{{1,30}}~)"
# has also, did not · (the Guardian and the BBC) both
_HELPERS = "(?P<helpers>[myx]*(?:p?d{1,2}[myx]*)?D?)"

# described [for the news agency Interfax] how C
FOR_OUTLET = re.compile("[pt]D?[nN]{0,2}H?[OA](?:zH?[OANK]{1,3})?,?(?=[^,.]{2})")
# [told S], R reported,[ that C] · [told S], a local paper,[ that C]
INTERPOSED = re.compile(f",[^,;:h{QUOTATION[1:-1]}]{{1,20}},(?=h)")
# [, citing the police,] that C · [, according to the police,] that C · [, as quoted by S,] that C
CITED = re.compile(f",(?:[ac]|q[my]*[kV]|B?y?[kV]b)[^,;:{QUOTATION[1:-1]}]{{1,20}}[,:]")

# Dennis Okell [said] · the minister, who resigned, has [said]
# An official quoted by the Courier [said] · a witness interviewed by the Courier [said]
_QUOTED_BY = "(?:(?:k|(?<=[TUNK])n)y?[bp]D?[nN]{0,3}H?D?[OA]H?)?"
BEFORE_CUE = re.compile(f"(?P<party>{PARTY}{_WHO}){_QUOTED_BY}{_HELPERS}\\Z")
BEFORE_ASIDE = re.compile(f"{_EDGE}(?P<party>{PARTY}){ASIDE}{_HELPERS}\\Z")
BEFORE_ASIDES = re.compile(
    f"{_EDGE}(?P<party>{PARTY}),[^,;:{QUOTATION[1:-1]}]{{1,20}}{ASIDE}{_HELPERS}\\Z"
)
# The ministry has, in a statement, [urged]
BEFORE_HELPED = re.compile(f"{_EDGE}(?P<party>{PARTY})(?P<helpers>m[myx]*){ASIDE}\\Z")
# The country's interior minister, Jonas Veld, [said] · the head of the agency, Jonas Veld, [said]
_OFFICE = "D?[nNGK0z]{0,5}T(?:pD?[nNK]{0,3}[Gn])?"
# One of them, Bettina Rask, [told] · one news site, Znak.com, [claims] · another state media
# outlet, the Courier, [said]
BEFORE_NAMED = re.compile(
    f"{_EDGE}(?:(?:D|[NK]{{1,2}}z)?(?:[nT0HY]{{1,4}}|[nNKTU0]{{1,4}}H),"
    f"|{_OFFICE},(?=[NK]{{2,4}},)|D[nNKG]{{1,4}}N,(?=[NK]{{2,3}},))"
    f"(?P<party>D?[nNT]{{0,3}}[NK]{{1,3}}|D?[OA]),{_HELPERS}\\Z"
)
# “…,” the 74-year-old [told]
BEFORE_DESCRIBED = re.compile(f"(?<={QUOTATION})(?P<party>Dn{{1,3}})(?P<helpers>)\\Z")
# the Courier, a local daily, the largest in the region, [said]
BEFORE_APPOSED = re.compile(
    f"{_EDGE}(?P<party>D?[nNT]{{0,4}}(?:[NK]|D?[OA]H?)),(?=D?[nNT0])[^,;:&VRWL{QUOTATION[1:-1]}]{{1,16}},"
    f"(?=D|[nNT0])[^,;:&VRWL{QUOTATION[1:-1]}]{{1,16}},{_HELPERS}\\Z"
)
# Newsweek, CBS, and CNN, also [cited]
BEFORE_LIST = re.compile(f"{_EDGE}(?P<party>{_OUTLETS}),{_HELPERS}\\Z")
# It was the Guardian that [reported]
BEFORE_CLEFT = re.compile(f"je(?P<party>D?[nN]{{0,3}}H?D?[OA]H?)[hq]{_HELPERS}\\Z")
# two dockers [said] · the mission in Odrava has [said]
BEFORE_COMMON = re.compile(
    f"(?:\\A|(?<=[,:h&B]))(?P<party>Dn{{1,3}}(?:pD?n?[NK]{{1,3}})?)"
    f"(?:,?q[^,;:{QUOTATION[1:-1]}]{{1,14}},?)?{_HELPERS}\\Z"
)
# local press reports [said]
BEFORE_REPORTS = re.compile(f"(?:\\A|(?<=[,:h&BVp¶]))(?P<party>[nN]{{0,2}}[nU]R){_HELPERS}\\Z")
# Lena Moss, a botanist at Ashby, who [said]
BEFORE_WHO = re.compile(
    f"(?P<party>[NKT]{{1,3}}[NK]),D[^,;:{QUOTATION[1:-1]}]{{1,16}},q{_HELPERS}\\Z"
)
# The notice signed by the dean [read]
BEFORE_REDUCED = re.compile(
    f"(?:\\A|(?<=[,.&B]))(?P<party>D[nN]{{0,2}}[nEGY])(?:[nV]|[WZ])b?D?[nNKTGU]{{1,4}}{_HELPERS}\\Z"
)
# the Capital Ledger, which on Friday [quoted]
BEFORE_RELATIVE = re.compile(f"(?P<party>{PARTY}),q{_HELPERS}\\Z")
# [said] Dennis Okell, a docker · [according to] the ministry
AFTER_CUE = re.compile(f"(?P<party>{PARTY})")
AFTER_QUOTATION = re.compile(
    f"(?P<party>[nNTRG]{{0,3}}T&[nNKTG]{{2,9}}[NK](?=[.,]|\\Z)|{PARTY}|Dn{{1,3}})"
)  # “…,” [said] the ruling
# … a docker. · … who resigned, · … on Monday. · … quoted in
ENDS_AFTER = re.compile(
    f"(?:{_WHO})(?:{ASIDE})?(?:[ptyB]D?[n0dNYM]{{0,6}}H?[OA]?|d)*(?:[,.;~)a]|k[pb]|\\Z|{QUOTATION})"
)
# [told] reporters · [told] the Herald on Tuesday · [told] the paper, the Herald, · [told] him
TOLD = re.compile(
    f"(?P<party>[iIj]|D?[nN]{{0,3}}H(?:D|Nz)?[OA]|D?[nN]{{0,3}}H,D?[OA](?=,)|n{{1,2}}[OA]|D?[nM]{{1,3}}(?=h)|D{{0,2}}[nM]|{PARTY})"
)
# When and where something was said: on Monday, in a statement, at a news conference in Paris.
_TIME = "(?:[pt]?D?n?d[d0y]{0,3}|[pt]?D?[d0y]{1,4}|y)"
_BY_OUTLET = "(?:(?:[kVRWL]y?[pb]|Z)D?[nN]{0,3}H?[OA]H?)?"  # [in a statement] carried by S
_WHERE = f"(?:p(?:[DnNYMEGd0H]{{1,6}}{_BY_OUTLET}|[DnNYEd0H]{{0,5}}[OA]H?))"
CIRCUMSTANCE = re.compile(f"(?:{_TIME}|{_WHERE})*")
# [said] in a short note to season-ticket holders that C
UNTIL_THAT = re.compile("[ptdyDn][^,;:.VLWkghQCPX?&sm]{0,12}(?=h)")
