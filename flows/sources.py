"""`broadsheet sources`: the registry listed, held against the sites, and added to."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.options import DelayOption, JsonOption, LakeOption, PrivateOption, RegistryOption

FAILED = 1

app = typer.Typer(
    help="The source registry: list it, check its sites, add one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(*, registry: RegistryOption, lake: LakeOption, as_json: JsonOption = False) -> None:
    """List the registry's sources, and what the lake remembers of their feeds."""
    from flows import source_commands

    source_commands.print_sources(registry=registry, lake=lake, as_json=as_json)


@app.command()
def check(  # noqa: PLR0913 - one parameter an option
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Which (default: all).")
    ] = None,
    *,
    registry: RegistryOption,
    lake: LakeOption,
    delay: DelayOption = 2.0,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look at the sources: reachable, allowed, with feeds, as registered? Marks those as verified.

    Ends with exit code 1 if there is a problem with one.
    """
    from flows import source_commands

    is_fine = source_commands.check_sources(
        names or [],
        registry=registry,
        lake=lake,
        delay=delay,
        allow_private=allow_private,
        as_json=as_json,
    )
    if not is_fine:
        raise typer.Exit(FAILED)


@app.command()
def add(  # noqa: PLR0913 - one parameter an option
    url: Annotated[str, typer.Argument(metavar="URL", help="A site's homepage.")],
    *,
    registry: RegistryOption,
    lake: LakeOption,
    delay: DelayOption = 2.0,
    allow_private: PrivateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Look at a site, write an entry for it to the registry, and print that."""
    from flows import source_commands

    source_commands.add_source(
        url,
        registry=registry,
        lake=lake,
        delay=delay,
        allow_private=allow_private,
        as_json=as_json,
    )
