"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tasks.settings import LONGEST_DELAY_S, default_lake, default_registry

LakeOption = Annotated[
    str,
    typer.Option(
        "--lake",
        metavar="DIR_OR_S3_URL",
        default_factory=default_lake,
        help="The lake, or BROADSHEET_LAKE.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
RegistryOption = Annotated[
    Path,
    typer.Option(
        "--registry",
        metavar="FILE",
        default_factory=default_registry,
        help="The source registry, or BROADSHEET_REGISTRY.",
    ),
]
DelayOption = Annotated[
    float,
    typer.Option(
        "--delay", min=0, max=LONGEST_DELAY_S, help="Seconds between two requests to one host."
    ),
]
PrivateOption = Annotated[
    bool, typer.Option("--allow-private", help="Fetch from private addresses, too.")
]
