"""The values of a chart as a file for a spreadsheet, in the form the reader's spreadsheet expects."""

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

from console.reader import Reader


def sheet(data: Mapping[str, Any], reader: Reader) -> str:
    """What `console.chart.chart_data` gives, a row for each time. German: semicolons and decimal commas."""
    text = StringIO()
    text.write("\ufeff")  # tells spreadsheets that it is UTF-8
    writer = csv.writer(text, delimiter=";" if reader.language == "de" else ",")
    unit = f" [{data['unit']['symbol']}]" if data["unit"]["symbol"] else ""
    names = [f"{line['name'] or reader.text('col.value')}{unit}" for line in data["lines"]]
    coverages = data["coverages"]
    writer.writerow([reader.text("col.time"), *names, *([reader.text("coverage.label")] if coverages else [])])
    for at, time in enumerate(data["times"]):
        row = [line["values"][at] for line in data["lines"]] + ([coverages[at]] if coverages else [])
        writer.writerow([reader.iso(time * 1_000_000), *(_cell(value, reader) for value in row)])
    return text.getvalue()


def _cell(value: float | None, reader: Reader) -> str:
    if value is None:
        return ""
    written = f"{value:.6f}".rstrip("0").rstrip(".")
    return written.replace(".", ",") if reader.language == "de" else written
