"""The source registry."""

from pathlib import Path

import pytest

from tasks.errors import UsageError
from tasks.registry import EntryKind, Source, find_source, load_registry

SEEDS = Path(__file__).parents[2] / "seeds"

TWO_SOURCES = """
[[source]]
id = "inbox"
name = "Inbox"
kind = "folder"
path = "in"

[[source]]
id = "archive"
name = "Archive"
kind = "folder"
path = "/srv/archive"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def entry(**changes: str) -> str:
    fields = {"id": "a", "name": "A", "kind": "folder", "path": "a"} | changes
    return "[[source]]\n" + "".join(f'{key} = "{value}"\n' for key, value in fields.items())


def test_sources_come_in_the_order_of_the_file_with_every_field(tmp_path: Path) -> None:
    inbox, archive = load_registry(written(tmp_path, TWO_SOURCES))
    assert inbox == Source(
        source_id="inbox",
        name="Inbox",
        kind=EntryKind.FOLDER,
        location=str(tmp_path.resolve() / "in"),
    )
    assert archive == Source(
        source_id="archive",
        name="Archive",
        kind=EntryKind.FOLDER,
        location="/srv/archive",
    )


def test_a_relative_folder_starts_at_the_registry_not_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path, entry(path="../in"))
    monkeypatch.chdir(tmp_path / "elsewhere")
    (source,) = load_registry(Path("../sources.toml"))
    assert source.location == str(tmp_path.resolve().parent / "in")


def test_the_registry_of_the_samples_loads_from_this_checkout() -> None:
    sources = load_registry(SEEDS / "sources.toml")
    inbox = find_source(sources, "@seed-inbox")
    assert Path(inbox.location) == (SEEDS / "inbox").resolve()
    assert list(Path(inbox.location).iterdir())


def test_an_empty_registry_knows_no_sources(tmp_path: Path) -> None:
    assert load_registry(written(tmp_path, "")) == ()
    with pytest.raises(UsageError, match="knows: none"):
        find_source((), "@a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[source]\n", "not valid TOML"),
        ("source = 3\n", r"only \[\[source\]\] tables"),
        ("source = [3]\n", r"source 1 .* is not a \[\[source\]\] table"),
        ("[[sources]]\n", r"only \[\[source\]\] tables"),
        (entry() + entry(id="b", kind="pigeon"), "source 2 .*unknown kind 'pigeon'; known: folder"),
        (entry() + entry(), "names the source 'a' twice"),
        ("[[source]]\nid = 'a'\n", "lacks: name, kind, path"),
        (entry(paths="a"), "unknown key 'paths'; known: .*path"),
        (entry(id="Two Words"), "'Two Words'; use lower-case letters"),
        (entry(name=" "), "name must be a string that is not empty"),
        ("[[source]]\nid = 7\n", "id must be a string"),
        (entry(path="a\\u0000b"), "path must be a string .* without NUL"),
    ],
)
def test_a_broken_registry_is_a_message_that_says_where(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        load_registry(written(tmp_path, text))


def test_a_registry_that_cannot_be_read_is_a_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the source registry"):
        load_registry(tmp_path / "absent.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not valid TOML"):
        load_registry(tmp_path / "binary.toml")


def test_a_source_is_found_with_and_without_its_at_sign(tmp_path: Path) -> None:
    sources = load_registry(written(tmp_path, TWO_SOURCES))
    assert find_source(sources, "@archive") == find_source(sources, "archive") == sources[1]


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    sources = load_registry(written(tmp_path, TWO_SOURCES))
    with pytest.raises(UsageError, match="@inbxo; the registry knows: @inbox, @archive"):
        find_source(sources, "@inbxo")
