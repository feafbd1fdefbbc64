"""The gazetteer: ours, and what a user's file adds to it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path

import pytest

from dedup.attribution import Outlet, gazetteer, outlet_name
from dedup.attribution.outlets import AMBIGUOUS, KINDS, SHORT, SURE, UNLISTED
from dedup.errors import InputError

HEADER = "id\tname\tkind"
# ISO 3166-1, and XK, which everybody uses for Kosovo.
COUNTRIES = frozenset(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR"
    " BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ"
    " EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW"
    " GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY"
    " KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV"
    " MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY"
    " QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG"
    " TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA"
    " ZM ZW".split()
)
# Words, surnames, places, initials of other bodies: each needs evidence that an outlet is meant.
NEEDS_EVIDENCE = (
    "AA|AAP|ABC|ANI|APA|APS|ARD|Blick|Business Week|CBC|CNA|Dawn|Delo|DPA|DW|Economist|ERR|Express"
    "|Forbes|Fortune|Four Corners|FT|GMA|Guardian|Hello!|IPS|ISNA|Jacobin|LBC|Leadership"
    "|Liberation|Mail|MAP|MEK|Metro|MIA|Mirror|NAN|News|Nice|Observer|OK!|ONA|PA|People|Post|PTI|Punch|Quartz"
    "|Reason|Record|Republika|RT|Sabah|Salon|Science|Scoop|SDA|Semana|Shabelle|Slate|Spiegel|Sputnik|SR"
    "|STA|Star|Stern|STV|Sun|SWR|TAP|Telegraph|The Age|The Hill|The Local|The State|The Times|Time"
    "|Today|TSN|TT|Union Leader|Variety|Vice|Vox|Walla|Wired|Zaman|Zeta"
).split("|")
# What means something else so much oftener that the gazetteer does not have it alone.
NEVER_ALONE = "AD AIR BR DNA FIJ Focus Index NRC TSA TVA".split()
CONTINENTS = {
    "Africa": "ZA NG KE EG SN", "Asia": "CN JP IN IR ID", "Europe": "GB FR DE PL RU",
    "North America": "US CA MX CU JM", "Oceania": "AU NZ FJ PG WS",
    "South America": "BR AR CL PE CO",
}  # fmt: skip
AGENCIES = (
    "ap reuters afp upi pa dpa efe ansa tass ria interfax xinhua kyodo yonhap pti irna isna fars"
    " tasnim mehr kcna sana anadolu wafa prensalatina bernama antara petra suna nan"
).split()


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "outlets.tsv"


# Ours.


def test_ours_has_thousands_of_outlets_of_known_kinds() -> None:
    outlets = gazetteer().outlets
    assert len(outlets) >= 5000
    assert all(id == outlet.id for id, outlet in outlets.items())
    assert set() == {outlet.kind for outlet in outlets.values()} - {*KINDS}
    assert all(re.fullmatch("[a-z0-9_]+", id) for id in outlets)
    assert all(re.fullmatch("[A-Z]{2}|", outlet.country) for outlet in outlets.values())


def test_ours_has_parents_that_are_outlets_and_lead_to_an_end() -> None:
    outlets = gazetteer().outlets
    parents = {outlet.parent for outlet in outlets.values()} - {""}
    assert parents
    assert set() == parents - {*outlets}
    for id in outlets:
        seen = {id}
        while parent := outlets[id].parent:
            assert parent not in seen
            seen.add(parent)
            id = parent


def test_ours_has_no_domain_twice() -> None:
    domains = Counter(d for outlet in gazetteer().outlets.values() for d in outlet.domains)
    assert set() == {domain for domain, n in domains.items() if n > 1}
    assert all(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in domains)


def test_ours_has_lines_without_stray_spaces_and_repeated_values() -> None:
    lines = files("dedup.attribution").joinpath("outlets.tsv").read_text("utf-8").splitlines()
    assert all(line.count("\t") == lines[0].count("\t") for line in lines)
    for line in lines:
        for field in line.split("\t"):
            values = field.split("|")
            assert values == [value.strip() for value in values]
            assert field == "" or "" not in values
            assert len(values) == len(set(values))
    assert all(line.split("\t")[5] == line.split("\t")[5].lower() for line in lines)


def test_ours_has_countries_by_their_iso_codes() -> None:
    assert set() == {outlet.country for outlet in gazetteer().outlets.values()} - COUNTRIES - {""}


def test_ours_has_no_name_in_two_lines_unless_it_is_ambiguous_in_both() -> None:
    sure: dict[str, set[str]] = defaultdict(set)
    ambiguous = set()
    for id, outlet in gazetteer().outlets.items():
        ambiguous |= {*outlet.ambiguous_aliases}
        assert outlet.name not in outlet.aliases
        assert set() == {*outlet.aliases} & {*outlet.ambiguous_aliases}
        for name in {outlet.name, *outlet.aliases} - {*outlet.ambiguous_aliases}:
            sure[re.sub("^[Tt]he ", "", name).casefold()].add(id)
    assert {} == {name: ids for name, ids in sure.items() if len(ids) > 1}
    names = {name for outlet in gazetteer().outlets.values() for name in outlet.aliases}
    assert set() == names & ambiguous


@pytest.mark.parametrize("name", NEEDS_EVIDENCE)
def test_ours_has_no_outlet_by_a_name_that_needs_evidence(name: str) -> None:
    certainty = {each.words: each.certainty for each in gazetteer().surfaces}
    assert SURE != certainty.get(name)


@pytest.mark.parametrize("words", NEVER_ALONE)
def test_ours_has_nothing_alone_that_hardly_ever_means_the_outlet(words: str) -> None:
    assert words not in {each.words for each in gazetteer().surfaces}


@pytest.mark.parametrize("continent", CONTINENTS)
def test_ours_has_outlets_of_every_continent(continent: str) -> None:
    countries = {outlet.country for outlet in gazetteer().outlets.values()}
    assert set() == {*CONTINENTS[continent].split()} - countries


@pytest.mark.parametrize("id", AGENCIES)
def test_ours_has_the_agencies(id: str) -> None:
    assert gazetteer().outlets[id].kind in ("wire", "state")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("ap", "ap"),
        ("Associated Press", "ap"),
        ("The Associated Press", "ap"),
        ("the  guardian", "guardian"),
        ("AFP", "afp"),
        ("British Broadcasting Corporation", "bbc"),
        ("ТАСС", "tass"),
        ("apnews.com", "ap"),
        ("www.apnews.com", "ap"),
        ("news.bbc.co.uk", "bbc"),
        ("co.uk", None),
        ("notbbc.co.uk", None),
        ("Odrava Tidings", None),
        ("", None),
    ],
)
def test_label_finds_its_outlet(label: str, expected: str | None) -> None:
    assert expected == gazetteer().by_name(label)


def test_every_outlet_is_found_by_its_name_and_domains() -> None:
    ours = gazetteer()
    for outlet in ours.outlets.values():
        assert outlet.id == ours.by_name(outlet.name)
        for domain in outlet.domains:
            assert outlet.id == ours.by_domain(domain) == ours.by_domain(f"WWW.{domain.upper()}")
            assert outlet.id == ours.by_url(f"https://www.{domain}/2026/ferry?from=quay#top")


def test_every_outlet_is_found_by_its_id() -> None:
    ours = gazetteer()
    assert {} == {id: ours.by_name(id) for id in ours.outlets if ours.by_name(id) != id}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://edition.cnn.com/ferry", "cnn"),
        ("http://CNN.com:8080", "cnn"),
        ("cnn.com/ferry", "cnn"),
        ("https://user@www.reuters.com/", "reuters"),
        ("https://harbour.example/cnn.com", None),
        ("https://cnn.com.harbour.example/", None),
        ("https://[cnn.com", None),
        ("mailto:desk", None),
        ("", None),
    ],
)
def test_address_finds_its_outlet(url: str, expected: str | None) -> None:
    assert expected == gazetteer().by_url(url)


def test_family_is_an_outlet_and_what_it_is_part_of() -> None:
    ours = gazetteer()
    assert {"presstv", "irib"} == ours.family("presstv")
    assert {"reuters"} == ours.family("reuters")
    assert {"unlisted:Odrava Tidings"} == ours.family("unlisted:Odrava Tidings")


def test_outlet_has_a_name_for_people() -> None:
    ours = gazetteer()
    names = [outlet_name(id, ours) for id in ("ap", "unlisted:Odrava Tidings")]
    assert ["Associated Press", "Odrava Tidings"] == names


def test_surfaces_are_each_words_once_and_ambiguous_where_outlets_share_them() -> None:
    surfaces = gazetteer().surfaces
    assert len(surfaces) == len({surface.words for surface in surfaces})
    assert {SURE, AMBIGUOUS, SHORT} == {surface.certainty for surface in surfaces}
    shared = {each.words: each.outlets for each in surfaces if len(each.outlets) > 1}
    certainties = {each.words: each.certainty for each in surfaces}
    assert SURE == certainties["ABC News"]  # one's name, and what another one is called
    assert ("abcus", "abcau") == shared["ABC News"]
    assert AMBIGUOUS == certainties["SBS"] == certainties["Daily Star"]
    assert all(each.outlets for each in surfaces)


def test_short_name_needs_its_article_and_may_be_several_outlets() -> None:
    surfaces = {surface.words: surface for surface in gazetteer().surfaces}
    assert "Post" not in surfaces
    assert {"wapo", "nypost"} <= {*surfaces["the Post"].outlets}
    assert SHORT == surfaces["the Post"].certainty


# A user's.


def test_file_adds_an_outlet(file: Path) -> None:
    write(
        file,
        "id\tname\tkind\tcountry\taliases\tdomains\tambiguous_aliases\tshort_names\tparent",
        "odrava\tThe Odrava Tidings\tnewspaper\tPL\tTidings Online|OT\tTidings.Example| ot.example"
        "\tTidings\tTide\tap",
    )
    added = gazetteer(file)
    assert len(gazetteer().outlets) + 1 == len(added.outlets)
    assert added.outlets["odrava"] == Outlet(
        "odrava", "The Odrava Tidings", "newspaper", "PL", ("Tidings Online", "OT"),
        ("tidings.example", "ot.example"), ("Tidings",), ("Tide",), "ap",
    )  # fmt: skip
    labels = "Odrava Tidings", "ot", "tidings", "www.tidings.example"
    assert ["odrava"] * 4 == [added.by_name(label) for label in labels]
    assert {"odrava", "ap"} == added.family("odrava")


def test_columns_may_be_few_and_in_any_order(file: Path) -> None:
    write(file, "kind\tid\tname", "", "online\tferrywatch\tFerrywatch")
    assert Outlet("ferrywatch", "Ferrywatch", "online") == gazetteer(file).outlets["ferrywatch"]


def test_byte_order_mark_and_missing_fields_at_the_end_are_fine(file: Path) -> None:
    file.write_text(f"\ufeff{HEADER}\tcountry\nferrywatch\tFerrywatch\tonline\n", "utf-8")
    assert "" == gazetteer(file).outlets["ferrywatch"].country


def test_outlet_with_one_of_our_ids_replaces_ours(file: Path) -> None:
    write(file, HEADER, "ap\tOdrava Press\twire")
    replaced = gazetteer(file)
    assert len(gazetteer().outlets) == len(replaced.outlets)
    assert (None, "ap") == (replaced.by_name("Associated Press"), replaced.by_name("Odrava Press"))
    assert None is replaced.by_domain("apnews.com")
    assert "ap" == gazetteer().by_name("Associated Press")


def test_name_of_a_users_outlet_wins_over_ours(file: Path) -> None:
    write(file, f"{HEADER}\taliases", "mine\tOdrava Radio\tonline\tReuters|Time")
    mine = gazetteer(file)
    assert ["mine"] * 2 == [mine.by_name("reuters"), mine.by_name("the  TIME")]
    surfaces = {surface.words: surface for surface in mine.surfaces}
    for words in ("Reuters", "Time"):
        assert (SURE, ("mine",)) == (surfaces[words].certainty, surfaces[words].outlets)


def test_domain_of_a_users_outlet_wins_over_ours(file: Path) -> None:
    write(file, f"{HEADER}\tdomains", "mine\tOdrava Radio\tonline\treuters.com")
    assert "mine" == gazetteer(file).by_domain("www.reuters.com")


def test_later_file_replaces_an_earlier_one(tmp_path: Path) -> None:
    first = write(tmp_path / "first.tsv", HEADER, "mine\tOdrava Tidings\tnewspaper")
    second = write(tmp_path / "second.tsv", HEADER, "mine\tOdrava Times\tnewspaper")
    assert "Odrava Times" == gazetteer(first, second).outlets["mine"].name


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["id\tname", "a\tA"], ":1: no column 'kind'; a gazetteer is tab-separated with a header"),
        (["id,name,kind"], ":1: no column 'id'; a gazetteer is tab-separated with a header"),
        ([], ":1: no column 'id'; a gazetteer is tab-separated with a header"),
        ([f"{HEADER}\ttown", "a\tA\twire\tOdrava"], ":1: unknown column 'town'"),
        ([HEADER, "a\tA\twire", "b\t \twire"], ":3: empty name"),
        ([HEADER, "\tA\twire"], ":2: empty id"),
        ([HEADER, "a\tA"], ":2: empty kind"),
        ([HEADER, "", "a\tA\tleaflet"], ":3: kind must be one of wire, state, newspaper,"),
        ([HEADER, "a\tA\tWire"], ", got 'Wire'"),
        ([HEADER, "a\tA\twire", "a\tB\twire"], ":3: id 'a' occurs twice"),
        ([HEADER, "a\tA\twire\tPL"], ":2: 4 fields, 3 expected"),
    ],
)
def test_wrong_line_is_named(file: Path, lines: list[str], expected: str) -> None:
    write(file, *lines)
    with pytest.raises(InputError, match=re.escape(expected)) as error:
        gazetteer(file)
    assert str(error.value).startswith(f"{file}:")


def test_file_that_is_not_utf_8_is_named(file: Path) -> None:
    file.write_bytes(f"{HEADER}\na\tCaf".encode() + b"\xe9\twire\n")
    with pytest.raises(InputError, match=re.escape(f"{file}: is not UTF-8")):
        gazetteer(file)


def test_missing_file_is_named(file: Path) -> None:
    with pytest.raises(InputError, match=re.escape(f"{file}: cannot be read: No such file")):
        gazetteer(file)


# What a corpus calls its outlets.


def test_labels_that_are_unknown_are_added_as_ambiguous() -> None:
    labelled = gazetteer().with_labels(["Odrava Tidings", "BBC", None, "Odrava Tidings"])
    id = f"{UNLISTED}Odrava Tidings"
    assert {id} == {*labelled.outlets} - {*gazetteer().outlets}
    assert id == labelled.by_name("odrava tidings")
    (surface,) = [each for each in labelled.surfaces if each.words == "Odrava Tidings"]
    assert (AMBIGUOUS, (id,)) == (surface.certainty, surface.outlets)


@pytest.mark.parametrize("label", ["harbour", "OT", "", None, "BBC", "www.apnews.com", "wapo"])
def test_label_that_is_a_word_or_known_adds_nothing(label: str | None) -> None:
    ours = gazetteer()
    assert ours.with_labels([label]) is ours


def test_labels_may_come_in_any_order() -> None:
    labels = ["Odrava Tidings", "Lodden Mail", "Karven Courier"]
    assert gazetteer().with_labels(labels) == gazetteer().with_labels(labels[::-1])
