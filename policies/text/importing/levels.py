"""At which depth a clause stands, told from the sequence of numbers and headings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.text.importing.paragraphs import Marker
from policies.text.numbering import Number, NumberStyle, outranks


class Doubt(StrEnum):
    """Why a depth is not certain."""

    NONE = ""
    OUT_OF_ORDER = "out-of-order"
    RESTARTED = "restarted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a clause stands: its depth from one, and whether that is in doubt."""

    depth: int
    doubt: Doubt = Doubt.NONE


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A list that is open before the text begins: the last number counted in it, and where the format counts it."""

    style: NumberStyle
    value: int
    list_id: str = ""
    list_level: int = 0


@dataclass(slots=True)
class _Frame:
    """An open list or heading."""

    style: NumberStyle | None = None
    value: int = 0
    parts: int = 0
    list_id: str = ""
    list_level: int = 0
    heading: int = 0


class Levels:
    """The open lists and headings while a text is read from top to bottom.

    A number that follows the last one of an open list belongs to that list, the innermost first; a first number opens a list
    inside. A heading of the format closes all that is not above it. What fits nowhere goes to the nearest list of its style,
    and a list that begins in the middle to the level that custom gives to its style.

    A piece of a text has `ancestors`, open before it begins, and goes on `after` numbers that it does not hold.
    """

    def __init__(self, ancestors: Sequence[Ancestor] = (), after: Mapping[NumberStyle, int] | None = None) -> None:
        self._frames = [
            _Frame(style=one.style, value=one.value, list_id=one.list_id, list_level=one.list_level)
            for one in ancestors
        ]
        self._last_values: dict[NumberStyle, int] = dict(after or {})

    def place_heading(self, heading: int, marker: Marker | None, number: Number | None) -> Place:
        """Place a heading of the format, numbered or not."""
        if number is not None:
            place = self._follow(number)
            if place is not None:
                self._frames[-1].heading = self._frames[-1].heading or heading
                return place
        elif marker is not None and self._find_list(marker) is not None:
            return self.place_marker(marker, ())
        while self._frames and not self._is_above(self._frames[-1], heading, marker, number):
            self._frames.pop()
        frame = _Frame(heading=heading)
        if marker is not None:
            frame.list_id, frame.list_level, frame.value = marker.list_id, marker.level, marker.value
            frame.style = marker.style
        if number is not None:
            frame.style, frame.value, frame.parts = number.style, number.value, len(number.parts)
            self._last_values[number.style] = number.value
        self._frames.append(frame)
        return Place(len(self._frames))

    def place_marker(self, marker: Marker, path: Sequence[str]) -> Place:
        """Place a numbered item of a list of the format; `path` names the lists around it."""
        found = self._find_list(marker)
        if found is None:
            found = self._find_next(marker.style, marker.value)
        if found is not None:
            del self._frames[found + 1 :]
        else:
            self._leave_lists(marker, path)
            self._frames.append(_Frame())
        frame = self._frames[-1]
        frame.style, frame.value = marker.style, marker.value
        frame.list_id, frame.list_level = marker.list_id, marker.level
        return Place(len(self._frames))

    def place_number(self, number: Number) -> Place | None:
        """Place a typed number; None if it is weak and belongs to no list, so that it is text."""
        place = self._follow(number)
        if place is not None:
            return place
        if number.value != 1:
            nearest = self._find_style(number)
            if number.is_weak and not self._continues_elsewhere(number):
                return None
            if nearest is not None:
                del self._frames[nearest + 1 :]
                self._frames[-1].value = number.value
                self._last_values[number.style] = number.value
                return Place(nearest + 1, Doubt.OUT_OF_ORDER)
            self._leave_outranked(number.style)
        restarted = self._find_style(number) is not None
        in_order = number.value == 1 or self._continues_elsewhere(number)
        self._frames.append(_Frame(style=number.style, value=number.value, parts=len(number.parts)))
        self._last_values[number.style] = number.value
        doubt = Doubt.RESTARTED if restarted else Doubt.NONE if in_order else Doubt.OUT_OF_ORDER
        return Place(len(self._frames), doubt)

    def place_section(self) -> Place:
        """Place an unnumbered heading that the lists after it stand under."""
        self.close_lists()
        self._frames.append(_Frame(heading=_INFERRED))
        return Place(len(self._frames))

    def place_aside(self) -> Place:
        """Place an unnumbered heading inside the clause that is open."""
        return Place(len(self._frames) + 1)

    def close_lists(self) -> None:
        """Close everything below the nearest heading of the format."""
        while self._frames and not 0 < self._frames[-1].heading < _INFERRED:
            self._frames.pop()

    def follows(self, number: Number) -> bool:
        """Return whether the number follows the last one of an open list."""
        return any(self._find_next(style, value) is not None for style, value in number.readings())

    def has_style(self, number: Number) -> bool:
        """Return whether a list of the number's style is open."""
        return self._find_style(number) is not None

    @property
    def depth(self) -> int:
        return len(self._frames)

    def _follow(self, number: Number) -> Place | None:
        if number.style is NumberStyle.DECIMAL:
            found = self._find_decimal(number)
            if found is None:
                return None
            del self._frames[found + 1 :]
            self._frames[-1].value = number.value
            return Place(found + 1)
        for place in range(len(self._frames) - 1, -1, -1):
            for style, value in number.readings():
                frame = self._frames[place]
                if frame.style is style and frame.value + 1 == value:
                    del self._frames[place + 1 :]
                    frame.value = value
                    self._last_values[style] = value
                    return Place(place + 1)
        return None

    def _find_next(self, style: NumberStyle, value: int) -> int | None:
        for place in range(len(self._frames) - 1, -1, -1):
            frame = self._frames[place]
            if frame.style is style and frame.value + 1 == value:
                return place
        return None

    def _find_decimal(self, number: Number) -> int | None:
        """Find the open list of numbers with as many parts; 1.2 and 2.1 stand side by side."""
        for place, frame in enumerate(self._frames):
            if frame.style is NumberStyle.DECIMAL and frame.parts == len(number.parts):
                return place
        return None

    def _find_style(self, number: Number) -> int | None:
        styles = {style for style, _ in number.readings()}
        for place in range(len(self._frames) - 1, -1, -1):
            frame = self._frames[place]
            if frame.style in styles and frame.parts == len(number.parts):
                return place
        return None

    def _find_list(self, marker: Marker) -> int | None:
        for place, frame in enumerate(self._frames):
            if (frame.list_id, frame.list_level) == (marker.list_id, marker.level):
                return place
        return None

    def _leave_lists(self, marker: Marker, path: Sequence[str]) -> None:
        """Close the lists that the item is not inside of."""
        while self._frames:
            frame = self._frames[-1]
            deeper = frame.list_id == marker.list_id and frame.list_level >= marker.level
            elsewhere = bool(path) and bool(frame.list_id) and not frame.heading and frame.list_id not in path
            if not deeper and not elsewhere:
                return
            self._frames.pop()

    def _leave_outranked(self, style: NumberStyle) -> None:
        """Close the lists that stand below the style by custom: 二、 does not stand inside （一）."""
        while self._frames and not self._frames[-1].heading and outranks(style, self._frames[-1].style):
            self._frames.pop()

    def _is_above(self, frame: _Frame, heading: int, marker: Marker | None, number: Number | None) -> bool:
        """Return whether a heading stands under an open frame.

        Where all headings of a page are of one level, a first number in a new style is still a level of its own.
        """
        outer_level = marker is not None and frame.list_id == marker.list_id and frame.list_level < marker.level
        if 0 < frame.heading < heading or outer_level:
            return True
        opens = number is not None and number.value == 1 and self._find_style(number) is None
        return opens and frame.heading == heading and frame.style is not None

    def _continues_elsewhere(self, number: Number) -> bool:
        """Return whether the number goes on from a closed list, as articles do from chapter to chapter."""
        return self._last_values.get(number.style, -1) + 1 == number.value


_INFERRED = 9
