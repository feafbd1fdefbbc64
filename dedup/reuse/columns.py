"""The columns of a case: an array of integers that the loops of this room pass on."""

# Columns of a case. Spans are in words of the stream.
TARGET_START, TARGET_END, ORIGIN_START, ORIGIN_END = range(4)
MATCHED, LONGEST, FREQUENCY, ORIGIN, REORDERED = range(4, 9)
N_COLUMNS = 9
