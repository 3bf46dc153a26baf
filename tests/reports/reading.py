"""Reading a PDF back in the report tests: pages of text by pypdf, and the poppler programs."""

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from tests.compulsory import require


def reader(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def page_texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in reader(content).pages]


def squeezed(text: str) -> str:
    """Text without blanks and line ends: what stands in one cell, however its lines were broken."""
    return re.sub(r"\s", "", text)


def destinations(content: bytes) -> set[str]:
    return set(reader(content).named_destinations)


def poppler(program: str, content: bytes, folder: Path, *options: str) -> str:
    require(program, shutil.which(program) is not None, "apt-get install poppler-utils")
    path = folder / "report.pdf"
    path.write_bytes(content)
    tail = ["-"] if program == "pdftotext" else []
    done = subprocess.run([program, *options, str(path), *tail], capture_output=True, text=True, check=True)
    return done.stdout
