"""What an export says about an edition besides its text."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Metadata:
    """The record of an edition, as it goes into a file.

    Attributes:
        policy: Slug of the policy.
        number: Number of the edition, such as "2.1".
        issued_at: When it was issued, with its time zone; dates in files are of that zone.
        effective_from: First day it applies; None while that is to be announced.
        first_issued_on: Day of the policy's first edition, for the identity of the work.
        update_type: "substantive" or "editorial".
        change_note: Why it was issued, in the language of the text.
        digest: Hexadecimal digest of the edition.
        agency: Name of the issuing agency in the language of the text.
        url: Permanent address of the edition.
        changes: Number of the edition that this one changes; empty for the first.
        replaced_by: Number of the edition that took its place before it applied: then it was never in force.
    """

    policy: str
    number: str
    issued_at: datetime
    effective_from: date | None = None
    first_issued_on: date | None = None
    update_type: str = "substantive"
    change_note: str = ""
    digest: str = ""
    agency: str = ""
    url: str = ""
    changes: str = ""
    replaced_by: str = ""


def metadata_to_data(metadata: Metadata) -> dict[str, str | None]:
    """Return the metadata as strings, dates in ISO 8601."""
    return {
        name: value if value is None or isinstance(value, str) else value.isoformat()
        for name, value in asdict(metadata).items()
    }


def metadata_from_data(data: Mapping[str, str | None]) -> Metadata:
    """Read what `metadata_to_data` wrote; unknown names are ignored.

    Raises:
        ValueError: if a date is malformed or something needed is missing.
    """
    values: dict[str, object] = {field.name: data[field.name] for field in fields(Metadata) if field.name in data}
    try:
        values["issued_at"] = datetime.fromisoformat(str(data["issued_at"]))
        for name in ("effective_from", "first_issued_on"):
            value = data.get(name)
            values[name] = None if value is None else date.fromisoformat(value)
        return Metadata(**values)  # type: ignore[arg-type]
    except (KeyError, TypeError) as error:
        msg = f"The metadata of the edition is incomplete: {error}"
        raise ValueError(msg) from error
