"""Storage: which names can be lakes, and where what belongs to one lies."""

from pathlib import Path

import pytest

from tasks.errors import LakeError
from tasks.storage import lake_at


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, an empty cache, and Amazon's own store."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache"


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/", "s3://bucket"),
        ("s3://bucket/lake", "s3://bucket/lake"),
        ("s3://bucket/lake//", "s3://bucket/lake"),
        ("s3://my.bucket-2/news/2026/lake_v1", "s3://my.bucket-2/news/2026/lake_v1"),
        ("s3://bucket/..a/b..", "s3://bucket/..a/b.."),
    ],
)
def test_a_prefix_of_a_bucket_can_be_a_lake_whose_home_is_in_the_cache(
    name: str, uri: str, cache: Path
) -> None:
    lake = lake_at(name)
    assert (lake.uri, lake.is_local) == (uri, False)
    assert lake.address("articles") == f"{uri}/articles"
    for place in (lake.catalog, lake.index, lake.staging, lake.lock):
        assert place.is_relative_to(cache / "broadsheet")
    assert not cache.exists(), "a name makes nothing"


@pytest.mark.parametrize(
    "name",
    [
        "s3://",
        "s3:///lake",
        "s3://ab/lake",
        "s3://Bucket/lake",
        "s3://buck_et/lake",
        "s3://-bucket/lake",
        "s3://user:secret@bucket/lake",
        "s3://bucket//lake",
        "s3://bucket/../lake",
        "s3://bucket/lake/..",
        "s3://bucket/./lake",
        "s3://bucket/my lake",
        "s3://bucket/100%",
        "s3://bucket/a%2Fb",
        "s3://bucket/Käse",
        "s3://bucket/who?",
        "s3://bucket/a#b",
        "s3://bucket/a\\b",
        "s3://bucket/lake\n",
        "s3://bucket/\udcff",
        "S3://bucket/lake",
        "s3:/bucket/lake",
        "s3:bucket/lake",
        "https://bucket.s3.amazonaws.com/lake",
        "gs://bucket/lake",
        "file:///srv/lake",
    ],
)
def test_what_cannot_be_an_address_of_a_lake_is_told_with_what_can(name: str, cache: Path) -> None:
    with pytest.raises(LakeError, match=r"cannot be a lake: .*s3://bucket/prefix") as raised:
        lake_at(name)
    assert "\n" not in str(raised.value)
    assert str(raised.value).isascii()
    assert not cache.exists()
    assert list(Path.cwd().iterdir()) == [], "no folder of that name either"


def test_a_path_object_of_an_address_has_lost_a_slash_and_is_refused() -> None:
    with pytest.raises(LakeError, match="cannot be a lake"):
        lake_at(Path("s3://bucket/lake"))


@pytest.mark.parametrize("name", ["per%20cent", "a\\b", "a\tb", "who?", "a\nb", "\udcff"])
def test_a_path_that_delta_or_duckdb_would_misread_is_refused(name: str) -> None:
    for form in (name, Path(name), f"{name}/lake"):
        with pytest.raises(LakeError, match="would misread") as raised:
            lake_at(form)
        assert "\n" not in str(raised.value)


def test_a_folder_is_a_lakes_home_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("lake")
    lakes = {
        lake_at(name) for name in ("lake", "./lake/", "work/../lake", tmp_path / "lake", "link")
    }
    (lake,) = lakes
    assert lake.is_local
    assert (lake.uri, lake.home) == (str(tmp_path / "lake"), tmp_path / "lake")
    assert not lake.home.exists()


def test_two_stores_two_buckets_and_two_prefixes_have_homes_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("s3://one/lake", "s3://two/lake", "s3://one/news/lake", "s3://one")
    homes = [lake_at(name).home for name in names]
    for variable, endpoint in (
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9001"),
        ("AWS_ENDPOINT_URL_S3", "https://store.example"),
    ):
        monkeypatch.setenv(variable, endpoint)
        homes += [lake_at(name).home for name in names]
    assert len(set(homes)) == len(homes)
    assert lake_at("s3://one/lake/").home == lake_at("s3://one/lake").home


def test_a_relative_cache_folder_is_ignored_as_its_specification_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", "/home/reader")
    assert lake_at("s3://bucket/lake").home.is_relative_to("/home/reader/.cache/broadsheet")


@pytest.mark.parametrize(
    ("endpoint", "allow_http"),
    [("http://127.0.0.1:9000", "true"), ("https://store.example", "false"), (None, None)],
)
def test_plain_http_is_only_for_an_endpoint_that_asks_for_it(
    endpoint: str | None, allow_http: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    options = lake_at("s3://bucket/lake").delta_options
    assert options is not None
    assert (options.get("endpoint_url"), options.get("allow_http")) == (endpoint, allow_http)
    assert lake_at("lake").delta_options is None


def test_a_file_is_written_whole_and_read_back_and_one_that_is_missing_is_told(
    tmp_path: Path,
) -> None:
    lake = lake_at(tmp_path)
    lake.write("note.json", "{}")
    lake.write("note.json", '{"é": 1}')
    assert lake.read("note.json").decode() == '{"é": 1}'
    assert [path.name for path in tmp_path.glob("*note*")] == ["note.json"]
    lake.sync("note.json", "")
    with pytest.raises(FileNotFoundError):
        lake.read("none.json")
