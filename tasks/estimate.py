"""How many items a run will have, guessed from how far the reader has come in its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from expectations.records import Page, Rejection, Skip

TELL_EVERY = 100  # items

Items = Iterator[Page | Rejection | Skip]


def with_estimate(items: Items, sizes: Mapping[str, int], tell: Callable[[float], None]) -> Items:
    """Pass items on, telling how many there will be; at the end, how many there were.

    Args:
        items: What the readers yield, file after file.
        sizes: Bytes of each file that will be read, by path.
        tell: Called with the expected number of items.
    """
    all_bytes = sum(sizes.values())
    count = finished_bytes = offset = 0
    current = ""
    for item in items:
        count += 1
        path, offset = _position(item, current, offset)
        if path != current:
            finished_bytes += sizes.get(current, 0)
            current = path
        if count % TELL_EVERY == 0 and all_bytes:
            read = finished_bytes + min(offset, sizes.get(current, 0))
            tell(max(count, count * all_bytes / read) if read else float(count))
        yield item
    tell(float(count))


def _position(item: Page | Rejection | Skip, current: str, offset: int) -> tuple[str, int]:
    """File and offset of an item; where it names none, those of the item before."""
    if isinstance(item, Skip) or item.raw_ref is None:
        return current, offset
    path, _, position = item.raw_ref.rpartition("#")
    return path, int(position)
