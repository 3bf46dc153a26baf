"""What a run says: killed, survived and timed out per file, the ratio with its interval, and every survivor."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.mutation.mutants import Mutant

Z95 = 1.959963984540054
OUTCOMES = ("killed", "survived", "timed out")


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """Both ends of the 95 % Wilson score interval of a share."""
    share, square = hits / tries, Z95**2
    middle = (share + square / (2 * tries)) / (1 + square / tries)
    half = Z95 / (1 + square / tries) * math.sqrt(share * (1 - share) / tries + square / (4 * tries**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def told(mutants: Sequence[Mutant], results: Mapping[str, str], *, of: int) -> Iterator[str]:
    """The lines of a report on ``mutants``, which are all or a sample of ``of``."""
    files: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant in mutants:
        files[mutant.file][results[mutant.key]] += 1
    yield f"{'':58}" + "".join(f"{name:>11}" for name in OUTCOMES)
    for file, counts in sorted(files.items()):
        yield f"{file:58}" + "".join(f"{counts[name]:11}" for name in OUTCOMES)
    yield ""
    for mutant in sorted(mutants, key=lambda mutant: (mutant.file, mutant.number)):
        if results[mutant.key] == "survived":
            yield f"survived {mutant.file}:{mutant.line}  {mutant.before}  →  {mutant.after}"
    yield ""
    yield verdict(Counter(results[mutant.key] for mutant in mutants), of=of)


def verdict(counts: Mapping[str, int], *, of: int) -> str:
    """The ratio; a mutant that runs out of time is noticed, as a hanging suite is."""
    tries = sum(counts.values())
    hits = counts.get("killed", 0) + counts.get("timed out", 0)
    low, high = wilson(hits, tries)
    interval = f", 95 % Wilson interval {low:.1%} to {high:.1%}" if tries < of else ""
    return f"{hits} of {tries} mutants killed ({of} in all): {hits / tries:.1%}{interval}"
