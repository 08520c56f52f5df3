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


def entry(**changes: str | float) -> str:
    return _table({"id": "a", "name": "A", "kind": "folder", "path": "a"} | changes)


def site(**changes: str | float) -> str:
    return _table({"id": "a", "name": "A", "kind": "site"} | changes)


def _table(fields: dict[str, str | float]) -> str:
    return "[[source]]\n" + "".join(
        f"{key} = {str(value).lower()}\n"
        if isinstance(value, bool | int | float)
        else f'{key} = "{value}"\n'
        for key, value in fields.items()
    )


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


def test_an_entry_says_where_whose_and_under_which_license(tmp_path: Path) -> None:
    text = site(
        homepage="https://news.example/en",
        language="fa",
        country="IR",
        license="CC-BY-4.0",
        license_url="https://news.example/terms",
        license_evidence="  All content  is licensed\\nunder CC BY 4.0. ",
        pace=2.5,
        verified=True,
    )
    (source,) = load_registry(written(tmp_path, text))
    assert source == Source(
        source_id="a",
        name="A",
        kind=EntryKind.SITE,
        homepage="https://news.example/en",
        language="fa",
        country="IR",
        license="CC-BY-4.0",
        license_url="https://news.example/terms",
        license_evidence="All content is licensed under CC BY 4.0.",
        pace_s=2.5,
        is_verified=True,
    )


def test_an_entry_that_does_not_say_so_is_neither_licensed_nor_verified(tmp_path: Path) -> None:
    (source,) = load_registry(written(tmp_path, site()))
    assert (source.license, source.license_evidence, source.is_verified) == (None, None, False)


@pytest.mark.parametrize(
    "spdx",
    [
        "CC0-1.0",
        "CC-BY-SA-3.0-DE",
        "LicenseRef-CC-BY",
        "LicenseRef-CC-BY-2.0-FR",
        "LicenseRef-PublicDomain",
        "LicenseRef-AllRightsReserved",
        "LicenseRef-Newsroom-2",
        "OGL-UK-3.0",
        "ODC-By-1.0",
        "CC-BY-4.0 OR MIT",
    ],
)
def test_a_license_is_an_spdx_id_or_a_license_ref(tmp_path: Path, spdx: str) -> None:
    (source,) = load_registry(written(tmp_path, site(license=spdx, license_evidence="so")))
    assert source.license == spdx


@pytest.mark.parametrize(
    ("spdx", "url"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        (
            "OGL-UK-3.0",
            "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        ),
        ("LicenseRef-CC-BY", None),
        ("LicenseRef-Newsroom-2", None),
        ("ODC-By-1.0", None),
    ],
)
def test_a_well_known_license_needs_no_address(tmp_path: Path, spdx: str, url: str | None) -> None:
    (source,) = load_registry(written(tmp_path, site(license=spdx, license_evidence="so")))
    assert source.license_url == url


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
    assert inbox.location is not None
    assert Path(inbox.location) == (SEEDS / "inbox").resolve()
    assert list(Path(inbox.location).iterdir())


def test_no_newswire_of_the_registry_claims_to_be_verified_or_free_without_evidence() -> None:
    sites = [s for s in load_registry(SEEDS / "sources.toml") if s.kind is EntryKind.SITE]
    assert len(sites) == 23
    assert not any(source.is_verified for source in sites)
    assert [
        s.source_id for s in sites if s.license and s.name not in (s.license_evidence or "")
    ] == []


def test_the_registry_of_the_samples_has_the_words_of_mehr_news_agency() -> None:
    mehr = find_source(load_registry(SEEDS / "sources.toml"), "@mehr")
    (article,) = SEEDS.glob("000_*.txt")
    assert mehr.license == "CC-BY-4.0"
    assert mehr.license_evidence in article.read_text(encoding="utf-8")


def test_a_site_has_its_feeds_and_the_patterns_of_its_articles(tmp_path: Path) -> None:
    lists = """
feeds = ["https://a.example/rss", "https://a.example/sitemap.xml"]
include = ["/news/*"]
exclude = ["*live*", "/news/video/*"]
"""
    (source,) = load_registry(written(tmp_path, site() + lists))
    assert source.feeds == ("https://a.example/rss", "https://a.example/sitemap.xml")
    assert source.patterns.why_excluded("https://a.example/news/a") is None
    assert source.patterns.why_excluded("https://a.example/news/live-1") == "excluded by *live*"
    assert source.patterns.why_excluded("https://a.example/sport") is not None


def test_addresses_are_kept_as_their_servers_are_asked_for_them(tmp_path: Path) -> None:
    feeds = [
        "https://München.example/a b#top",
        "https://xn--mnchen-3ya.example/a%20b",
        "https://b.example",
    ]
    text = site(homepage="https://münchen.example") + f"feeds = {feeds}\n"
    (source,) = load_registry(written(tmp_path, text))
    assert source.homepage == "https://xn--mnchen-3ya.example/"
    assert source.feeds == ("https://xn--mnchen-3ya.example/a%20b", "https://b.example/")


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
        (
            entry() + entry(id="b", kind="pigeon"),
            "source 2 .*unknown kind 'pigeon'; known: folder, site",
        ),
        (entry() + entry(), "names the source 'a' twice"),
        ("[[source]]\nid = 'a'\n", r"source 1 of .*sources.toml \('a'\) lacks: name, kind"),
        ("[[source]]\nid = 'a'\nname = 'A'\nkind = 'folder'\n", "lacks: path"),
        (entry(paths="a"), "unknown key 'paths'; known: .*path"),
        (entry(id="Two Words"), "'Two Words'.* use lower-case letters"),
        (entry(name=" "), "name must be a string that is not empty"),
        ("[[source]]\nid = 7\n", "id must be a string"),
        (entry(path="a\\u0000b"), "path must be a string .* without NUL"),
        (site(path="a"), "a site has no path; give its homepage"),
        (site(homepage="news.example"), "homepage must be an http:// or https:// address"),
        (site(language="eng"), "language 'eng' is no ISO 639-1 code"),
        (site(language="EN"), "language 'EN' is no ISO 639-1 code"),
        (site(country="UK"), "country 'UK' is no ISO 3166-1 code"),
        (site(country="gb"), "country 'gb' is no ISO 3166-1 code"),
        (site(license="CC-BY-4.0"), "lacks: license_evidence"),
        (site(license_evidence="so"), "license_evidence, but no license"),
        (site(license_url="https://a.example"), "license_url, but no license"),
        (site(license="free", license_evidence="so"), "unknown license 'free'; use .*CC-BY-4.0"),
        (site(license="CC BY 4.0", license_evidence="so"), "'CC BY 4.0' is written 'CC-BY-4.0'"),
        (site(license="CC-BY", license_evidence="so"), "'CC-BY' is written 'LicenseRef-CC-BY'"),
        (site(license="CC-BY-5.0", license_evidence="so"), "'CC-BY-5.0' is written"),
        (site(license="odc-by-1.0", license_evidence="so"), "'odc-by-1.0' is written 'ODC-By-1.0'"),
        (site(license="MIT OR free", license_evidence="so"), "unknown license 'MIT OR free'; use"),
        (site(license="LicenseRef-a_b", license_evidence="so"), "unknown license 'LicenseRef-a_b'"),
        (
            site(license="CC0-1.0", license_evidence="so", license_url="cc.org"),
            "license_url must be an http",
        ),
        (site(pace="slow"), "pace must be seconds"),
        (site(pace=0), "pace must be seconds, more than 0"),
        (site(pace=float("inf")), "pace must be seconds"),
        (site(pace=float("nan")), "pace must be seconds"),
        (site(pace=True), "pace must be seconds"),
        ('[[source]]\nid = "a"\nname = "A"\nkind = "site"\nfeeds = "x"\n', "feeds must be a list"),
        (site() + 'feeds = ["feed"]\n', "feeds must be an http:// or https:// address"),
        (site() + 'feeds = ["file:///feed"]\n', "feeds must be an http:// or https:// address"),
        (site() + 'feeds = ["https://a:b@a.example"]\n', "feeds must be .*without user and pass"),
        (site(homepage="https://a:b@a.example"), "homepage must be .*without user and password"),
        (site() + f"feeds = {['https://a.example/'] * 101}\n", "feeds must be at most 100 http"),
        (site() + "feeds = [1]\n", "feeds must be a list of strings"),
        (site() + 'include = [""]\n', "include must be a list of strings"),
        (site() + 'include = ["news/*"]\n', "pattern 'news/[*]' must begin with '/' or '[*]'"),
        (site() + f"exclude = {['/a'] * 201}\n", "201 patterns: use at most 200"),
        (site(verified="false"), "verified must be true or false, without quotes"),
    ],
)
def test_a_broken_registry_is_a_message_that_says_where(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        load_registry(written(tmp_path, text))
    assert "sources.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


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
