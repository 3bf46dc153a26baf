"""Which sheets of a workbook Excel does not show."""

from xml.etree import ElementTree as ET

from budgetperf.workbooks.package import Package


def hidden_sheets(package: Package) -> frozenset[str]:
    """Return the names of the hidden sheets, those that only a macro can show included."""
    root = ET.fromstring(package.members["xl/workbook.xml"])  # noqa: S314 - ``package`` refused every DTD
    sheets = (element for element in root.iter() if element.tag.rsplit("}", 1)[-1] == "sheet")
    return frozenset(sheet.get("name", "") for sheet in sheets if sheet.get("state", "visible") != "visible")
