"""The columns of a case: an array of integers that the loops of this room pass on."""

# Columns of a case. Spans are in words of the stream.
TARGET_START, TARGET_END, ORIGIN_START, ORIGIN_END = range(4)
MATCHED, LONGEST, FREQUENCY, ORIGIN, REORDERED = range(4, 9)
N_COLUMNS = 9

# And those of a case that was chosen: 1 for the best origin of a span, and where in the stream
# that span starts.
RANK, HEAD = range(9, 11)
N_CHOSEN_COLUMNS = 11
