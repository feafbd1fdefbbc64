"""The words that rules see: each class of words is one character of the rules' alphabet.

A text becomes a string of such characters, one a word, and a rule is a regular expression over
that string. English only. Lower-case letters are mostly words of grammar and verbs, capitals the
words that a party is named by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# What is no word.
BODY, HEADING, APART = "¶", "#", "%"  # a passage of that sort starts; APART: lends nothing on
STOP, COMMA, COLON, SEMICOLON, DASH, OPEN, CLOSE, OTHER_MARK = ".,:;~()*"
POSSESSIVE = "z"
# A quotation that ends in a word, a comma, a stop, `!` or `?`, or goes on in the next paragraph;
# and a few words in marks that are none.
QUOTED, QUOTED_COMMA, QUOTED_STOP, QUOTED_ASKED, QUOTED_ON, SCARE = "Q", "C", "P", "?", "X", "s"
# Words by shape.
NAME, ACRONYM, WORD, NUMBER = "N", "K", "n", "0"
GROUP = "U"  # of people without a name
# Mentions of outlets: sure, ambiguous, and short ones that need a longer one.
OUTLET, MAYBE_OUTLET, SHORT_OUTLET = "O", "A", "S"

# Forms of verbs: said, says | say | saying. Those that take the one spoken to: told | tell |
# telling. Quoting others: quoted | quote | quoting. Weaker ones: vowed | vow | vowing.
SAY, SAY_BASE, SAY_ING = "V", "v", "g"
TELL, TELL_BASE, TELL_ING = "L", "l", "f"
CITE, CITE_BASE, CITE_ING = "k", "u", "c"
ACT, ACT_BASE, ACT_ING = "W", "o", "r"
# Forms that are nouns at least as often (report, claims, charge).
SAY_NOUN = "R"

_CLASSES = {
    # articles, possessives and quantifiers that open a noun phrase
    "D": "the a an this these those his her its their my our your some any several many both all"
    " each another two three four five six seven eight nine ten dozens_of hundreds_of"
    " thousands_of scores_of a_number_of one one_of some_of many_of most_of most no_one_of more"
    " other few such every either both_of none_of a_handful_of a_group_of members_of at_least",
    "h": "that",
    "i": "they we i you",
    "I": "he she",
    "j": "it",
    "q": "who which whose whom where when",
    "b": "by",
    "t": "to",
    "a": "according_to as_per in_the_words_of in_the_view_of in_the_opinion_of to_quote per",
    "&": "and & or as_well_as",
    "p": "of for at in from with on near about against over between into under outside inside"
    " across during before toward towards through",
    # conjunctions that open another clause
    "B": "but while although though because since after if than whether unless until so yet"
    " however whereas despite amid as",
    "e": "is are was were be been being am isn't wasn't aren't weren't it's he's she's they're",
    "m": "has have had will would can could may might must shall should do does did having"
    " he'd she'd they'd i've we've they've he'll she'll they'll",
    "x": "not never no nobody didn't doesn't don't hasn't haven't hadn't wouldn't won't can't"
    " couldn't cannot declined refused failed",
    "y": "also later then now earlier previously again once still just even only already always"
    " often sometimes soon today yesterday tomorrow instead further furthermore moreover"
    " thus therefore first reportedly similarly initially originally recently subsequently"
    " exclusively eventually immediately separately repeatedly meanwhile too"
    " on_condition_of_anonymity",
    "d": "monday tuesday wednesday thursday friday saturday sunday january february march april"
    " june july august september october november december jan feb mar apr aug sept oct nov"
    " dec mon tue tues wed thu thurs fri sat sun week month year morning afternoon evening"
    " night noon midnight weekend",
    # persons by office
    "T": "spokesman spokeswoman spokesperson official officer president vice_president minister"
    " prime_minister chancellor senator sen representative rep congressman congresswoman"
    " lawmaker governor gov mayor secretary chairman chairwoman chair chairperson director"
    " executive manager head leader chief ceo commissioner commander general gen colonel col"
    " captain capt lieutenant lt sergeant sgt major detective sheriff deputy inspector"
    " superintendent constable judge justice attorney lawyer counsel prosecutor solicitor"
    " barrister ambassador envoy diplomat consul adviser advisor aide strategist analyst"
    " economist professor prof lecturer scientist researcher expert historian author writer"
    " journalist reporter correspondent editor columnist anchor host presenter blogger"
    " doctor dr physician surgeon nurse teacher principal student pupil priest bishop"
    " archbishop cardinal pope imam rabbi reverend rev pastor coach captain player manager"
    " driver pilot farmer fisherman owner founder co-founder co-chair member activist"
    " campaigner organizer organiser protester protestor witness eyewitness neighbour neighbor"
    " resident survivor victim mother father brother sister wife husband son daughter uncle"
    " aunt cousin friend colleague man woman boy girl person mr mrs ms miss sir lord lady dame"
    " king queen prince princess premier mp mep councillor councilman councilwoman alderman"
    " treasurer coordinator co-ordinator administrator producer actor actress singer musician"
    " artist designer engineer architect translator guard soldier agent pollster candidate"
    " nominee democrat republican conservative liberal representative delegate staffer"
    " operative surrogate dean provost rector scholar fellow psychologist virologist"
    " epidemiologist meteorologist seismologist astronomer physicist chemist biologist"
    " geologist firefighter policeman policewoman trooper patrolman worker employee passenger"
    " shopkeeper trader investor banker developer politician caller commentator critic"
    " supporter opponent rival source whistleblower whistle-blower insider veteran musher keeper"
    " diver sailor miner commuter skipper crewman lifeguard paramedic medic rescuer"
    " climber hiker tourist traveller traveler shopper tenant landlord villager islander"
    " homeowner voter spectator onlooker bystander passer-by passerby demonstrator detainee"
    " prisoner inmate defendant plaintiff juror magistrate refugee migrant evacuee militant"
    " insurgent separatist serviceman reservist hacker programmer technician mechanic"
    " electrician builder waiter waitress pharmacist dentist therapist psychiatrist neurologist"
    " cardiologist oncologist pathologist coroner zoologist botanist ecologist"
    " conservationist environmentalist climatologist volcanologist oceanographer archaeologist"
    " anthropologist sociologist mathematician statistician philosopher theologian linguist"
    " curator librarian archivist novelist poet playwright composer comedian filmmaker referee"
    " umpire cyclist athlete teammate clerk accountant auditor lobbyist entrepreneur"
    " businessman businesswoman contractor consultant interpreter monk nun missionary"
    " grandfather grandmother nephew niece girlfriend boyfriend widow widower teenager pensioner"
    " retiree photographer cameraman stringer photojournalist pilgrim trucker legislator"
    " ombudsman attaché negotiator mediator peacekeeper"
    " investigator informant militiaman gunman policymaker",
    # groups without a name
    "U": "officials sources experts witnesses eyewitnesses critics analysts observers residents"
    " locals neighbours neighbors authorities prosecutors investigators researchers scientists"
    " police detectives doctors physicians medics lawyers attorneys activists campaigners"
    " protesters protestors demonstrators supporters opponents lawmakers senators"
    " representatives legislators democrats republicans conservatives liberals politicians"
    " diplomats economists journalists reporters editors leaders aides advisers advisors"
    " spokesmen spokespeople spokespersons spokeswomen ministers members employees workers"
    " students teachers parents relatives friends colleagues people men women firefighters"
    " engineers rescuers farmers fishermen traders investors bankers executives managers"
    " organisers organizers historians scholars professors academics studies polls surveys"
    " media outlets newspapers agencies papers networks insiders operatives"
    " strategists staffers pollsters voters fans users commentators pundits rivals unions"
    " trade_unions rights_groups groups governments families survivors passengers"
    " crews rangers troops soldiers militants rebels insurgents hackers astronomers"
    " meteorologists epidemiologists commentators delegates officers commanders agents"
    " villagers islanders councillors shopkeepers drivers fact_checkers"
    " respondents others critics proponents advocates"
    " divers sailors miners commuters pilots captains crewmen paramedics rescue_teams"
    " climbers hikers tourists travellers travelers shoppers tenants spectators onlookers"
    " bystanders passers-by detainees prisoners inmates jurors magistrates refugees migrants"
    " evacuees fighters hackers technicians archaeologists biologists physicists astronauts"
    " seismologists virologists epidemiologists conservationists environmentalists consultants"
    " contractors auditors clerks nurses psychologists neurologists historians mayors governors"
    " ambassadors envoys negotiators mediators peacekeepers policemen policymakers veterans"
    " bishops priests monks pensioners teenagers neighbors cyclists athletes customers visitors"
    " bankers brokers lobbyists legislators informants gunmen local_residents"
    " emergency_services emergency_workers fire_crews rescue_workers local_media state_media"
    " official_media",
    # organisations
    "G": "ministry department agency office bureau commission committee council board company"
    " corporation firm group party union association organisation organization federation"
    " foundation institute institution university college school hospital court tribunal"
    " government administration parliament congress senate house assembly authority army navy"
    " air_force military force forces campaign bank fund trust society club team league church"
    " charity service centre center cabinet embassy consulate inspectorate coalition alliance"
    " movement network_rail airline airport inc corp ltd llc plc co laboratory lab observatory"
    " museum regulator watchdog task_force caucus secretariat directorate headquarters"
    " presidency intelligence_unit constabulary brigade guard_corps airlines railways"
    " statement release press_release memo letter document documents report_card filing lawsuit"
    " complaint indictment affidavit summary ruling verdict judgment judgement testimony"
    " deposition charge_sheet",
    # outlets without their name
    "H": "state_news_agency state_broadcaster state_newspaper state_television state_tv state_radio"
    " newspaper paper daily weekly tabloid broadsheet magazine journal agency_news news_firm"
    " news_agency newswire wire wire_service news_service broadcaster network channel station"
    " tv_station television_station radio_station radio website web_site site news_site"
    " news_website portal publication outlet news_outlet media_outlet news_organization"
    " news_organisation twitter_account facebook_page twitter_feed instagram_account"
    " youtube_channel live_blog"
    " news_channel tv_channel television_channel television_network"
    " tv_network cable_network blog newsletter",
    # what outlets publish
    "Y": "report article story headline front_page piece op-ed editorial interview column dispatch"
    " bulletin analysis investigation review commentary survey poll study calculations edition"
    " documentary polling"
    " profile essay broadcast programme program podcast segment newscast poll average projections",
    # what parties publish or somebody got hold of
    "E": "tweet tweets post facebook_post video footage recording audio transcript transcripts"
    " email emails e-mail e-mails memo memos letter letters document documents records files"
    " papers statement statements copy draft cable cables photo photos photograph photographs"
    " image images message messages text_messages"
    " clip clips videos recordings tapes pictures",
    "J": "to_have_said as_having_said",  # and each `as saying`
    "c": "with_reference_to referring_to",
    "M": "interview phone_interview telephone_interview exclusive_interview press_conference",
    "Z": "obtained_by seen_by reviewed_by leaked_to published_by released_by provided_to"
    " viewed_by posted_by shared_with acquired_by examined_by verified_by sent_to given_to"
    " broadcast_by aired_by made_public_by uncovered_by revealed_by carried_by written_for",
    "@": "via h/t hat_tip hat-tip courtesy_of photo_by image_by",
}  # fmt: skip

# Verbs that report words; the base form first, irregular past and participle behind it.
_SAY = """
 accuse acknowledge add address admit affirm allege announce answer argue ascribe assert assess
 attribute aver avow bark begin/began blare blog boast calculate call_for call_on caution claim
 clarify comment complain concede conclude confess confide confirm contend continue counter crow
 cry/cried deadpan decide declare demand deny/denied describe detail direct disclose divulge
 elaborate emphasise emphasize establish estimate exclaim explain express forecast fume
 go_on/went_on guess gush hint hold_that hypothesise hypothesize imply indicate insist instruct
 interject joke lament lay_out/laid_out maintain make_clear/made_clear make_it_clear/made_it_clear
 mention mourn muse mutter note object observe opine pledge point_out/pointed_out posit post
 predict proclaim project promise pronounce propose protest quip reaffirm recall reckon recommend
 recount reiterate relate remark remember repeat reply/replied report respond retort retweet reveal
 rule say/said scoff scream shout signal snap sneer specify/specified speculate
 spell_out/spelled_out state stress suggest sum_up/summed_up surmise swear/swore tell_that
 testify/testified theorise theorize threaten thunder tweet underline underscore urge vent
 verify/verified voice volunteer vow warn whisper write/wrote
"""
_TELL = "tell/told inform assure remind notify/notified advise brief email e-mail message text"
_CITE = "quote cite"
_ACT = """
 advocate agree apologise apologize appeal applaud ask attack beg believe blame blast call cast
 challenge champion characterise characterize chide claim_that commend compare condemn
 congratulate consider contradict credit criticise criticize decry/decried defend denounce deride
 describe_as dismiss dispute downplay dub encourage endorse expect fear find/found hail highlight
 hit_back hope invite invoke label/labelled/labeled lambast lambaste lash_out/lashed_out
 laud learn/learned/learnt liken
 mock oppose order petition plead praise question rail read/read rebuke recognise recognize refer
 refute
 regret reject request ridicule salute seek/sought show slam swear_to take_aim/took_aim tease
 thank think/thought tout trumpet understand/understood want welcome wonder worry/worried
"""
# What outlets do with words; as verbs of anybody else they say nothing, and their other forms are
# nouns.
PAST_ONLY = frozenset(
    """
 aired analysed analyzed branded carried catalogued chronicled corrected corroborated counted
 covered debunked deemed determined discovered documented drew editorialised editorialized
 examined excerpted featured gave identified interpreted linked listed named
 noticed panned pegged pegs portrayed printed profiled projected put puts ran ranked
 rated regarded relayed republished screened serialised serialized spotlighted summarised summarized
 surveyed tallied tracked uncovered unearthed
""".split()
)
# What people of outlets do where it happens: an S reporter saw C.
WITNESSED = frozenset("saw heard witnessed watched filmed".split())
# Forms that are nouns at least as often as verbs.
_NOUNS = frozenset(
    "report reports claim claims comment comments note notes state states charge charges estimate"
    " estimates post posts tweet tweets forecast forecasts project projects object objects show"
    " shows find finds findings reply replies answer answers counter remark remarks signal signals"
    " stress voice quote quotes rule rules hint joke jokes boast caution protest protests guess"
    " detail details blog review reviews repeat cry cries use uses promise promises pledge pledges"
    " demand demands order orders blame attack attacks question questions request requests credit"
    " credits cast fear fears hope hopes hold challenge challenges appeal appeals brief post"
    " label praise salute tease worry worries thanks lament dispute disputes call calls compare"
    " vow vows vent crow snap continue begin recall answer welcome applaud volunteer volunteers"
    " threat relate sum_up invite tout tell_that email emails e-mail e-mails message messages text"
    " texts".split()
)
_VOWELS = "aeiou"


def _forms(entry: str) -> tuple[str, str, set[str], str]:
    """Return base, third person, past forms and -ing form of a lexicon entry."""
    base, *past = entry.split("/")
    head, _, rest = base.partition("_")
    rest = f"_{rest}" if rest else ""
    if head.endswith("y") and head[-2] not in _VOWELS:
        third, regular = head[:-1] + "ies", head[:-1] + "ied"
    elif re.search("(s|x|ch|sh|o)$", head):
        third, regular = head + "es", head + "ed"
    else:
        third, regular = head + "s", head + ("d" if head.endswith("e") else "ed")
    ing = head + "ing"
    if head.endswith("e") and not head.endswith(("ee", "ye")):
        ing = head[:-1] + "ing"
    if head in _DOUBLES:
        regular, ing = head + head[-1] + "ed", head + head[-1] + "ing"
    pasts = {*past} if past else {regular + rest}
    return base, third + rest, pasts, ing + rest


_DOUBLES = frozenset("admit quip blog snap hit beg dub slam refer".split())


def _verbs(entries: str, finite: str, base_class: str, ing_class: str) -> Iterator[tuple[str, str]]:
    for entry in entries.split():
        base, third, pasts, ing = _forms(entry)
        plain = finite if base in pasts else base_class  # the letter read
        yield base, SAY_NOUN if base in _NOUNS else plain
        yield third, SAY_NOUN if third in _NOUNS else finite
        for past in pasts:
            yield past, finite
        yield ing, ing_class


# Written with a full stop that ends no sentence.
ABBREVIATIONS = frozenset(
    "adm al apr approx aug ave brig bros capt cf cmdr co col corp cpl dec dept dist dr est etc feb"
    " fr gen gov govt hon inc jan jr jul jun lt ltd maj mar messrs mgr mr mrs ms mt nov oct ont"
    " ph.d m.sc b.sc ed.d d.phil"
    " op pres prof pvt rep reps rev rt sec sen sens sep sept sgt sr st supt tel univ vol vs"
    " ala ariz ark calif colo conn del fla ga ill ind kan ky la mass md mich minn miss mo mont neb"
    " nev okla ore pa pp tenn tex va vt wash wis wyo".split()
)


@cache
def phrases() -> dict[str, str]:
    """Return the class of each word and phrase of the lexicon, by its lower-case form."""
    classes: dict[str, str] = {}
    for symbol, words in _CLASSES.items():
        for word in words.split():
            classes.setdefault(word.replace("_", " "), symbol)
    for entries, *verb_classes in (
        (_SAY, SAY, SAY_BASE, SAY_ING),
        (_TELL, TELL, TELL_BASE, TELL_ING),
        (_CITE, CITE, CITE_BASE, CITE_ING),
        (_ACT, ACT, ACT_BASE, ACT_ING),
    ):
        for form, symbol in _verbs(entries, *verb_classes):
            form = form.replace("_", " ")
            # A word that names parties, too, stays what it is there (`post`, `report`).
            classes.setdefault(form, symbol)
            if symbol == verb_classes[-1]:
                classes.setdefault(f"as {form}", "J")
    for form in (*PAST_ONLY, *WITNESSED):
        classes.setdefault(form, ACT)
    return classes
