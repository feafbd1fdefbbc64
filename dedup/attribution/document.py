"""One document to its attributions: what each room of rules adds, in their order."""

from __future__ import annotations

from dedup.attribution.blurbs import read_blurbs
from dedup.attribution.chains import link_chains
from dedup.attribution.credits import read_credits, read_links
from dedup.attribution.inner import read_inner_speech
from dedup.attribution.mentions import read_mentions
from dedup.attribution.names import know_names
from dedup.attribution.reading import Found, Reading
from dedup.attribution.rules import read_sentence
from dedup.attribution.speakers import give_speakers


def read_document(reading: Reading) -> None:
    """Add the attributions of one document: names, sentences by their cues, mentions, chains."""
    know_names(reading)
    credits = read_credits(reading)
    sentences = reading.sentences()
    for sentence in sentences:
        read_sentence(reading, sentence)
    read_blurbs(reading, sentences)
    read_mentions(reading, sentences, {row.credited for row in credits})
    give_speakers(reading, sentences)
    for sentence in sentences:
        link_chains(reading, sentence.rows)
    _merge(reading, credits)
    read_inner_speech(reading)


def _merge(reading: Reading, credits: list[Found]) -> None:
    """Add the credits by place, without the rows that a cue in the same line gave."""
    spans = [credit.credited for credit in credits]
    gone = {
        id(row)
        for row in reading.found
        if any(row.credited[0] <= start and end <= row.credited[1] for start, end in spans)
    }
    reading.found[:] = [row for row in reading.found if id(row) not in gone]
    for row in reading.found:
        if row.parent is not None and id(row.parent) in gone:
            row.relation, row.parent = "statement", None
    reading.add(credits)
    reading.add(read_links(reading))
