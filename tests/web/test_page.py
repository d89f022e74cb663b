"""The page over HTTP: who gets it, how long it may be kept, and what it may load."""

import gzip
import re
from pathlib import Path

import httpx
import pytest
from bridging import Bridge
from guarded import TOKENS, Guarded
from singing_pager.web import page
from singing_pager.web.access import Role
from singing_pager.web.page import POLICY, Page
from singing_pager.web.preferences import weights

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
"""What Firefox and Chromium say that they accept."""
INDEX = b"<!doctype html><title>The page</title>"
SCRIPT = b"console.log('as it was built');\n" * 100
FILES = {
    "index.html": INDEX,
    "licences.json": b"[]",
    "assets/index-DGUbRVMJ.js": SCRIPT,
    "assets/supersonic--VngBH1j.js": SCRIPT,
    "assets/index-DTmktUu4.css": b"body{}",
    "assets/favicon-GZ_Elcup.svg": b"<svg/>",
    "assets/hum-DTmktUu4.woff2": b"wOF2",
    "engine/debug_worker.js": SCRIPT,
    "scsynth/LICENSE": b"GPL",
    "scsynth/scsynth-nrt.wasm": b"\0asm" * 100,
    "scsynth/deep/scsynth.bin": b"\0",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """A page of a few files, beside one that is not its."""
    place = tmp_path_factory.mktemp("tree")
    (place / "secret.txt").write_text("not of the page")
    for name, content in FILES.items():
        path = place / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Page(place / "dist")


@pytest.fixture
def bridge(built: Page) -> Bridge:
    """A bridge with that page."""
    return Bridge(with_api=False, built=built)


def ask(bridge: Bridge, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Ask as a browser that takes nothing packed, unless it says so."""
    return bridge.ask(method, path, b"", **({"accept_encoding": "identity"} | headers))


def test_a_browser_gets_the_page(bridge: Bridge) -> None:
    """Who names HTML gets the page, and caches are told what it depends on."""
    answered = ask(bridge, "/", accept=BROWSER)
    assert (200, INDEX) == (answered.status_code, answered.content)
    assert "text/html; charset=utf-8" == answered.headers["content-type"]
    assert "accept, accept-encoding" == answered.headers["vary"]
    assert "private, no-cache" == answered.headers["cache-control"]


@pytest.mark.parametrize(
    "accept", ["*/*", "", "text/plain", "application/json", "text/html;q=0", "text/plain, text/html;q=0.5"]
)
def test_everybody_else_gets_the_text(bridge: Bridge, accept: str) -> None:
    """A command is told what there is, in words, as before there was a page."""
    answered = ask(bridge, "/", accept=accept)
    assert answered.text.startswith("The Singing Pager")
    assert "text/plain; charset=utf-8" == answered.headers["content-type"]
    assert "accept" == answered.headers["vary"]


def test_a_page_that_is_not_built_is_no_riddle() -> None:
    """A browser is told how the page is built; commands get the text all the same."""
    bridge = Bridge(with_api=False)
    answered = ask(bridge, "/", accept=BROWSER)
    assert (503, "text/plain; charset=utf-8") == (answered.status_code, answered.headers["content-type"])
    assert "make console" in answered.text
    assert 200 == ask(bridge, "/", accept="*/*").status_code
    assert 404 == ask(bridge, "/page/index.html").status_code


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_there_as_it_is(bridge: Bridge, name: str) -> None:
    """What was built is served byte by byte, with the policy of the page; only what has a digest may be kept."""
    answered = ask(bridge, f"/page/{name}")
    assert (200, FILES[name]) == (answered.status_code, answered.content)
    assert POLICY == answered.headers["content-security-policy"]
    forever = name.startswith("assets/")
    expected = "private, max-age=31536000, immutable" if forever else "private, no-cache"
    assert expected == answered.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("scsynth/scsynth-nrt.wasm", "application/wasm"),
        ("engine/debug_worker.js", "text/javascript; charset=utf-8"),
        ("scsynth/LICENSE", "text/plain; charset=utf-8"),
        ("scsynth/deep/scsynth.bin", "application/octet-stream"),
    ],
)
def test_the_types_that_browsers_insist_on(bridge: Bridge, name: str, media_type: str) -> None:
    """A worker that is no script, and WebAssembly that is not called so, would not be loaded."""
    assert media_type == ask(bridge, f"/page/{name}").headers["content-type"]


@pytest.mark.parametrize(
    "path",
    [
        *("/page/", "/page/nothing.js", "/page/assets", "/page/../secret.txt", "/page/%2e%2e/secret.txt"),
        *("/page/..%2fsecret.txt", "/page/assets/../../secret.txt", "/page/assets/..%2f..%2fsecret.txt"),
        *("/page//etc/passwd", "/page/%2fetc%2fpasswd", "/page/index.html%00", "/page/licences.json%20"),
        *("/page/assets%5cindex-DGUbRVMJ.js", "/page/INDEX.HTML"),
    ],
)
def test_nothing_else_is_there(bridge: Bridge, path: str) -> None:
    """The files are a closed set: no path leads out of it."""
    answered = ask(bridge, path)
    assert 404 == answered.status_code
    assert answered.json()["error"].endswith("; GET / says what there is")


@pytest.mark.parametrize("taken", ["gzip, deflate, br", "gzip;q=0.1", "*", "x-other, GZIP"])
def test_packed_for_whoever_takes_it(bridge: Bridge, taken: str) -> None:
    """What gzip makes smaller is packed, once: the second answer is the same."""
    for _ in range(2):
        answered = ask(bridge, "/page/engine/debug_worker.js", accept_encoding=taken)
        assert (SCRIPT, "gzip") == (answered.content, answered.headers["content-encoding"])
        assert int(answered.headers["content-length"]) == len(gzip.compress(SCRIPT, 6, mtime=0)) < len(SCRIPT)
        assert "accept-encoding" == answered.headers["vary"]


@pytest.mark.parametrize("taken", ["", "identity", "br", "gzip;q=0", "gzip;q=0, *"])
def test_unpacked_for_others(bridge: Bridge, taken: str) -> None:
    """Who does not take gzip gets the file as it is, under another tag."""
    plain = ask(bridge, "/page/engine/debug_worker.js", accept_encoding=taken)
    assert "content-encoding" not in plain.headers
    assert SCRIPT == plain.content
    packed = ask(bridge, "/page/engine/debug_worker.js", accept_encoding="gzip")
    assert packed.headers["etag"] != plain.headers["etag"]


def test_a_font_is_not_packed_twice(bridge: Bridge) -> None:
    """What is packed already is left alone."""
    assert "content-encoding" not in ask(bridge, "/page/assets/hum-DTmktUu4.woff2", accept_encoding="gzip").headers


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("path", ["/", "/page/licences.json", "/page/assets/index-DGUbRVMJ.js"])
def test_what_somebody_has_is_not_sent_again(bridge: Bridge, path: str, encoding: str) -> None:
    """A tag that still holds is answered 304, without a body; any other gets the file."""
    first = ask(bridge, path, accept=BROWSER, accept_encoding=encoding)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[\w-]+"', tag)
    for had in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(bridge, path, accept=BROWSER, accept_encoding=encoding, if_none_match=had)
        assert (304, b"") == (again.status_code, again.content)
        assert {
            name: first.headers[name] for name in ("etag", "vary", "cache-control")
        }.items() <= again.headers.items()
        assert "content-length" not in again.headers
    for other in ('"other"', "", tag.strip('"'), 'W/""'):
        again = ask(bridge, path, accept=BROWSER, accept_encoding=encoding, if_none_match=other)
        assert 200 == again.status_code


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("path", ["/", "/page/scsynth/scsynth-nrt.wasm"])
def test_head_is_get_without_a_body(bridge: Bridge, path: str, encoding: str) -> None:
    """HEAD tells the same headers, and sends nothing."""
    got = ask(bridge, path, accept=BROWSER, accept_encoding=encoding)
    head = ask(bridge, path, "HEAD", accept=BROWSER, accept_encoding=encoding)
    assert (200, b"", dict(got.headers)) == (head.status_code, head.content, dict(head.headers))


def test_the_policy_names_no_one_else() -> None:
    """Everything is of the page's own origin; nothing inline, no eval, no other host, no frame."""
    rules = {name: set(sources) for name, *sources in (rule.split() for rule in POLICY.split("; "))}
    assert {"'none'"} == rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["frame-ancestors"]
    assert {"'self'", "'none'", "'wasm-unsafe-eval'"} == set().union(*rules.values())
    assert {"'self'", "'wasm-unsafe-eval'"} == rules["script-src"]


@pytest.mark.parametrize(
    "path", ["/", "/page/licences.json", "/page/assets/index-DGUbRVMJ.js", "/page/scsynth/deep/scsynth.bin"]
)
def test_behind_the_guard(bridge: Bridge, path: str) -> None:
    """Where tokens are set, the page is for listeners; the browser's own prompt asks, and the page's rules stay."""
    guarded = Guarded(bridge.app)
    shut = guarded.ask("GET", path, headers={"accept": BROWSER})
    assert 401 == shut.status_code
    assert "Basic" in shut.headers["www-authenticate"]
    assert 403 == guarded.ask("GET", path, role=Role.SEND, headers={"accept": BROWSER}).status_code
    for role in (Role.LISTEN, Role.OPERATE):
        answered = guarded.ask("GET", path, role=role, headers={"accept": BROWSER})
        assert 200 == answered.status_code
        assert [POLICY] == answered.headers.get_list("content-security-policy")
        assert ["nosniff"] == answered.headers.get_list("x-content-type-options")
        assert "private" in answered.headers["cache-control"]
        assert TOKENS[role] not in str(answered.headers)


def test_where_the_page_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The wheel's own comes first, then the tree's; a missing one is told in the log."""
    package = tmp_path / "bridge/singing_pager"
    monkeypatch.setattr("singing_pager.__file__", str(package / "__init__.py"))
    assert tmp_path / "bridge/console/dist" == page.built()
    assert page.read().index is None
    assert "make console builds it" in caplog.text
    (package / "page").mkdir(parents=True)
    assert package / "page" == page.built()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", {}),
        (" , ;q=1", {}),
        ("Text/HTML", {"text/html": 1.0}),
        ("text/html;level=1;q=0.5, */*;q=0.1", {"text/html": 0.5, "*/*": 0.1}),
        ("gzip;q=0.2, gzip;q=0.8", {"gzip": 0.8}),
        ("gzip; q=0", {"gzip": 0.0}),
        ("gzip;q=many", {"gzip": 1.0}),
    ],
)
def test_preferences(header: str, expected: dict[str, float]) -> None:
    """Names come with their weights, 1 where none is said."""
    assert expected == weights(header)
