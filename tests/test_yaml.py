"""The YAML dialect, positions, templates, bounds, and the words of its errors."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runner.errors import LoadError
from runner.values import Origin, Secret, Source
from runner.yaml import Document, as_text, dump, events, parse
from runner.yaml.documents import MAX_BYTES

PLAIN_SCALARS: list[tuple[str, Any]] = [
    ("yes", True),
    ("Yes", True),
    ("YES", True),
    ("yEs", "yEs"),
    ("no", False),
    ("NO", False),
    ("on", True),
    ("OFF", False),
    ("true", True),
    ("False", False),
    ("y", "y"),
    ("N", "N"),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("", None),
    ("none", "none"),
    ("0", 0),
    ("-0", 0),
    ("+5", 5),
    ("-17", -17),
    ("0755", 493),
    ("-0755", -493),
    ("08", "08"),
    ("0o755", "0o755"),
    ("0x1F", 31),
    ("-0x1f", -31),
    ("0b101", 5),
    ("0b", "0b"),
    ("0x_", "0x_"),
    ("1_000", 1000),
    ("0_", "0_"),
    ("1.10", 1.1),
    ("1.", 1.0),
    (".5", 0.5),
    ("-1.5", -1.5),
    ("1_0.5", 10.5),
    ("1e3", "1e3"),
    ("1.5e3", "1.5e3"),
    ("1.5e+3", 1500.0),
    ("1.0E-2", 0.01),
    (".", "."),
    ("-", None),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("+.inf", math.inf),
    ("inf", "inf"),
    ("22:22", "22:22"),
    ("10:11:12:13:14:15", "10:11:12:13:14:15"),
    ("1:30.5", "1:30.5"),
    ("2024-01-01", "2024-01-01"),
    ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
    ("10.0.0.1", "10.0.0.1"),
    ("fe80::1", "fe80::1"),
    ("=", "="),
    ("<<", "<<"),
    ("9" * 5000, "9" * 5000),
]


@pytest.mark.parametrize(("written", "value"), PLAIN_SCALARS)
def test_plain_scalars_mean_what_they_mean_to_ansible(written: str, value: Any) -> None:
    if written == "-":
        value = [None]
    got = parse(f"key: {written}" if written != "-" else "-", "f.yml").data
    got = got["key"] if isinstance(got, dict) else got
    assert got == value
    assert type(got) is type(value)


def test_not_a_number_is_a_float() -> None:
    assert math.isnan(parse(".nan", "f.yml").data)


@pytest.mark.parametrize("quoted", ["'yes'", '"0755"', "'~'", "!!str 12", "! 12"])
def test_what_is_quoted_is_text(quoted: str) -> None:
    assert type(parse(f"a: {quoted}", "f.yml").data["a"]) is str


def test_keys_keep_their_types() -> None:
    assert parse("10: a\nyes: b\n'10': c\n~: d\n", "f").data == {
        10: "a",
        True: "b",
        "10": "c",
        None: "d",
    }


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "--- ~\n...\n"])
def test_an_empty_document_is_none(text: str) -> None:
    assert parse(text, "f.yml").data is None


def test_merge_keys_give_way_to_own_keys_and_earlier_mappings() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  z: 3\n  <<: [*a, *b]\n"
    assert parse(text, "f.yml").data["c"] == {"x": 1, "y": 1, "z": 3}


def test_brackets_may_hold_addresses() -> None:
    text = "{url: http://x/y, mac: 00:11:22:33:44:55, v6: [fe80::1, '::1', ::2], q: a?b}"
    assert parse(text, "f.yml").data == {
        "url": "http://x/y",
        "mac": "00:11:22:33:44:55",
        "v6": ["fe80::1", "::1", "::2"],
        "q": "a?b",
    }


def test_positions_are_known_where_only_the_pure_parser_could_read() -> None:
    document = parse("a: [http://x]\nb: 1\nb: 2\n", "f.yml")
    assert document.origin(("a", 0)) == Origin("f.yml", 1, 5)
    assert len(document.warnings) == 1


# --- templates and trust ---------------------------------------------------------------


def test_text_with_markers_is_a_source_with_its_place() -> None:
    data = parse("a: x\nb:\n  - '{{ x }}'\n  - '{% if x %}'\n  - '{# x #}'\n", "f.yml").data
    assert type(data["a"]) is str
    assert [type(item) for item in data["b"]] == [Source] * 3
    assert data["b"][1].origin == Origin("f.yml", 4, 5)


def test_all_values_may_be_sources_but_no_keys_and_no_numbers() -> None:
    data = parse("a: x\nb: [y, 1, yes]\n", "f.yml", all_sources=True).data
    assert type(data["a"]) is Source
    assert data["a"].origin == Origin("f.yml", 1, 4)
    assert [type(item) for item in data["b"]] == [Source, int, bool]
    assert {type(key) for key in data} == {str}


def test_a_key_with_markers_is_a_source() -> None:
    (key,) = parse('"{{ name }}": 1\n', "f.yml", all_sources=True).data
    assert type(key) is Source


def test_untrusted_text_is_never_a_source() -> None:
    data = parse("a: '{{ x }}'\n'{{ y }}': 1\n", "f.yml", trust=False, all_sources=True).data
    assert {type(data["a"]), *map(type, data)} == {str}


def test_unsafe_values_are_plain_text_and_trust_comes_back_after_them() -> None:
    text = "a: !unsafe '{{ x }}'\nb: !unsafe ['{{ x }}', {c: '{{ x }}'}]\nd: '{{ x }}'\n"
    data = parse(text, "f.yml").data
    assert type(data["a"]) is str
    assert type(data["b"][0]) is str
    assert type(data["b"][1]["c"]) is str
    assert type(data["d"]) is Source


# --- vault -----------------------------------------------------------------------------


def test_vaulted_text_goes_to_the_hook_with_its_place() -> None:
    seen = []

    def hook(text: str, origin: Origin) -> Secret:
        seen.append((text, origin))
        return Secret("plain")

    data = parse("a: !vault |\n  $ANSIBLE_VAULT\n  6162\n", "f.yml", vault=hook).data
    assert data["a"].reveal() == "plain"
    assert seen == [("$ANSIBLE_VAULT\n6162\n", Origin("f.yml", 1, 4))]


def test_vaulted_text_without_a_password_fails_only_when_used() -> None:
    secret = parse("a: !vault x\n", "f.yml").data["a"]
    assert str(secret) == "********"
    with pytest.raises(LoadError, match=r"f.yml:1:4: .*--vault-password-file"):
        secret.reveal()


# --- positions -------------------------------------------------------------------------

PLACES = """\
all:
  hosts:
    r1: &base
      a: 1
      b: [x,
          y]
    r2: *base
    r3:
      <<: *base
      c: 0123
  10: ten
"""


def place_of(path: tuple[Any, ...]) -> tuple[int, int]:
    origin = parse(PLACES, "f.yml").origin(path)
    return origin.line, origin.column


def test_every_value_has_a_place() -> None:
    assert place_of(()) == (1, 1)
    assert place_of(("all", "hosts", "r1", "a")) == (4, 10)
    assert place_of(("all", "hosts", "r1", "b", 1)) == (6, 11)
    assert place_of(("all", 10)) == (11, 7)
    assert place_of(("all", "hosts", "r2", "a")) == (4, 10)
    assert place_of(("all", "hosts", "r3", "a")) == (4, 10)
    assert place_of(("all", "hosts", "r3", "c")) == (10, 10)


def test_every_key_has_a_place_aliases_too() -> None:
    document = parse(PLACES, "f.yml")
    assert document.key_origin(("all", "hosts", "r1")).line == 3
    assert document.key_origin(("all", "hosts", "r2")).line == 7
    assert document.key_origin(("all", "hosts", "r1", "b", 0)).line == 5


def test_a_path_that_leads_nowhere_gives_the_nearest_place() -> None:
    assert place_of(("all", "hosts", "r9", "x")) == (3, 5)


def test_duplicate_keys_are_told_with_both_lines_and_the_last_one_counts() -> None:
    document = parse("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n", "f.yml")
    assert document.data == {"a": 4, "b": {"c": 3, "d": 2}}
    assert document.warnings == (
        "f.yml:5: the key c stands twice (first in line 3); the last one counts",
        "f.yml:6: the key a stands twice (first in line 1); the last one counts",
    )


def test_merged_keys_are_no_duplicates() -> None:
    assert parse("a: &a {x: 1}\nb: {<<: *a, x: 2}\n", "f.yml").warnings == ()


def test_numbers_are_text_only_if_nothing_is_lost() -> None:
    document = parse("a: 123456\nb: 0123\nc: 1.10\nd: NO\ne: 1_000\nf: 1.5\ng: 'NO'\n", "f.yml")
    assert document.text(("a",), document.data["a"]) == "123456"
    assert document.text(("f",), document.data["f"]) == "1.5"
    assert document.text(("g",), document.data["g"]) == "NO"
    for name, line in (("b", 2), ("c", 3), ("d", 4), ("e", 5)):
        with pytest.raises(LoadError, match=rf"^f.yml:{line}:4: {name} must be text.*quote it"):
            document.text((name,), document.data[name])
    assert document.scalar_text(("b",)) == "0123"


def test_a_list_is_no_text() -> None:
    document = parse("a: [1]\n", "f.yml")
    with pytest.raises(LoadError, match=r"a must be text, and YAML reads it as a list$"):
        document.text(("a",), document.data["a"])


def test_as_text_of_values_that_stand_in_no_file() -> None:
    assert as_text("x") == "x"
    assert as_text(12) == "12"
    assert as_text(True) is None
    assert as_text(None) is None
    assert as_text([]) is None


# --- errors ----------------------------------------------------------------------------

BAD: list[tuple[str, int, int, str]] = [
    ("a: {{ x }}\n", 1, 4, "must be quoted"),
    ("a: {{ x }}/b\n", 1, 4, "must be quoted"),
    ("- {{ x }}\n", 1, 3, "must be quoted"),
    ("a: {% if x %}\n", 1, 4, "must be quoted"),
    ('a: "b\nc: d\n', 1, 4, "never closed"),
    ("a: 'b\n", 1, 4, "never closed"),
    ("a:\n\tb: 1\n", 2, 1, "tab"),
    ("a:\n  - b\n\t- c\n", 3, 1, "tab"),
    ("a: b: c\n", 1, 5, "second one"),
    ("- a\nb: 1\n", 2, 1, "list item"),
    ("a: \x01\n", 1, 4, r"U\+0001"),
    ("a: b\nc: \ud800\n", 2, 4, r"U\+D800"),
    ("a: %x\n", 1, 4, "must not start with '%'"),
    ("a: @x\n", 1, 4, "must not start with '@'"),
    ("a: `x`\n", 1, 4, "must not start with '`'"),
    ("a: *x\n", 1, 4, "nothing before it is marked &x"),
    ("a: &x [*x]\n", 1, 8, "stands inside &x"),
    ("a: [1,2\nb: 3\n", 1, 4, "list that .* not closed"),
    ("a: {b: 1\nc: 2\n", 1, 4, "mapping that .* not closed"),
    ('a: "\\q"\n', 1, 5, "backslash"),
    ("a: 'it's'\n", 1, 8, "closing quote"),
    ('a: "x" y\n', 1, 8, "closing quote"),
    ("a: !foo x\n", 1, 4, "unknown tag !foo"),
    ("a: !!binary eA==\n", 1, 4, "unknown tag !!binary"),
    ("a: !!python/object x\n", 1, 4, "unknown tag"),
    ("a: !!set {x}\n", 1, 4, "unknown tag"),
    ("a: !!int x\n", 1, 4, "no int"),
    ("--- 1\n--- 2\n", 2, 1, "second document"),
    ("a: b: c\n", 1, 5, "second one"),
    ("a: 1\n b: 2\n", 2, 3, "value already"),
    ("a: 1\n\n b: 2\n", 3, 3, "value already"),
    ("-a: 1\n  b: 2\n", 1, 1, "blank after its dash"),
    ("x:\n- a:1\n  b: 2\n", 2, 4, "blank after its colon"),
    ("x: 1\ndelaay 5\ny: 2\n", 2, 1, "a key without ': '"),
    ("x: 1\ndelaay 5\n", 2, 1, "a key without ': '"),
    ("[a, b]: 1\n", 1, 1, "key must be"),
    ("a: {<<: 1}\n", 1, 9, "<< wants"),
    ("key: [1, 2]]\n", 1, 12, "does not fit"),
    ("a: |\n x\n- y\n", 3, 1, "does not fit"),
]


@pytest.mark.parametrize(("text", "line", "column", "words"), BAD)
def test_errors_say_where_and_what(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(LoadError, match=words) as caught:
        parse(text, "f.yml")
    assert caught.value.origin == Origin("f.yml", line, column)
    shown = caught.value.excerpt
    assert shown is not None
    assert shown.isprintable() or "\t" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('ansible_password: "hunter2\n', "ansible_password: ********"),
        ("{snmp-community: hunter2]\n", "{snmp-community: ********"),
        ("- 'api_token': hunter2: x\n", "- 'api_token': ********"),
        ("password: {{ vault_password }}\n", "password: {{ vault_password }}"),
        ("name: x: y\n", "name: x: y"),
    ],
)
def test_the_line_shown_has_no_password_in_it(text: str, shown: str) -> None:
    with pytest.raises(LoadError) as caught:
        parse(text, "f.yml")
    assert caught.value.excerpt == shown


def test_wrong_bytes_are_located() -> None:
    with pytest.raises(LoadError, match=r"f.yml:2:4: not UTF-8 text \(byte 0xff\)"):
        parse(b"a: b\nc: \xff\n", "f.yml")


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert parse(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f.yml").data == {"a": 1, "b": 2}


def test_aliases_cannot_blow_up() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(LoadError, match=r"f.yml:7:\d+: aliases repeat more than"):
        parse("\n".join(lines), "f.yml")


def test_a_merged_bomb_is_one_too() -> None:
    keys = ", ".join(f"k{n}: 1" for n in range(1000))
    uses = "\n".join(f"- {{<<: [{', '.join(['*a'] * 100)}]}}" for _ in range(50))
    with pytest.raises(LoadError, match="aliases repeat"):
        parse(f"- &a {{{keys}}}\n{uses}\n", "f.yml")


@pytest.mark.parametrize(
    "text", ["[" * 500, "a: " + "{b: " * 500, "\n".join(" " * n + "-" for n in range(500))]
)
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises(LoadError, match="nested deeper than 100 levels"):
        parse(text, "f.yml")


def test_size_is_bounded() -> None:
    with pytest.raises(LoadError, match="larger than 64 MB"):
        parse(b"x" * (MAX_BYTES + 1), "f.yml")


# --- the two parsers underneath ---------------------------------------------------------

SAME = ["a: [1, 'b', \"c\"]\nb: |\n  x\n  y\nc: >-\n  p\n  q\nd: &x {e: f}\ng: *x\n", PLACES]


@pytest.mark.parametrize("text", SAME)
def test_without_the_c_parser_all_is_the_same(monkeypatch: Any, text: str) -> None:
    fast = parse(text, "f.yml")
    monkeypatch.setattr(events, "cyaml", None)
    slow = parse(text, "f.yml")
    assert fast.data == slow.data
    for path in ((), ("a", 1), ("all", "hosts", "r3", "c"), ("c",)):
        assert fast.origin(path) == slow.origin(path)


@pytest.mark.parametrize("text", [text for text, *_ in BAD])
def test_without_the_c_parser_errors_are_errors_too(monkeypatch: Any, text: str) -> None:
    monkeypatch.setattr(events, "cyaml", None)
    with pytest.raises(LoadError) as caught:
        parse(text, "f.yml")
    assert caught.value.origin is not None


YAMLISH = st.text(alphabet="ab1{}[]:,-#&*!|>'\"% \n\t\\?~<=\x00\u2028\ud800é", max_size=60)


@given(YAMLISH)
@example("? - a\n: b")
@example("&a : *a")
@example("{? a}")
@example("a: !!map []")
@example("<<: {a: 1}")
@example("*a : 1")
@example("'a\n\n b': 1\n'a\n\n b': 2")
def test_any_text_gives_a_document_or_a_located_error(text: str) -> None:
    document, error = attempt(text, all_sources=True)
    if document is not None:
        check_places(document, document.data, ())
    else:
        assert error is not None
        assert error.origin is not None
        assert error.origin.line <= text.count("\n") + 2


def attempt(text: str | bytes, **options: Any) -> tuple[Document | None, LoadError | None]:
    """What `parse` gives or raises; any other exception passes through."""
    try:
        return parse(text, "f.yml", **options), None
    except LoadError as error:
        return None, error


def check_places(document: Document, value: Any, path: tuple[Any, ...]) -> None:
    """Every value of a document has a place; that of a template is the one it carries."""
    origin = document.origin(path)
    if isinstance(value, Source):
        assert value.origin == origin
    items = enumerate(value) if isinstance(value, list) else []
    for key, item in value.items() if isinstance(value, dict) else items:
        if key is not None and key == key:
            check_places(document, item, (*path, key))


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document_or_a_located_error(data: bytes) -> None:
    document, error = attempt(data)
    assert document is not None or (error is not None and error.origin is not None)


# --- dump -------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.sampled_from(
    [written for written, _ in PLAIN_SCALARS if len(written) < 100]
    + ["a: b", "a #b", "#a", "- a", "a:", "it's", " x", "x ", "a\nb", "a\nb\n", "a\n\n", "{{ x }}"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
@example(["a:", "x ", " x", "- a", "#a", "a #b", "a: b", "it's", "a\n\n", "a\n b", "\n", "\t"])
@example({"a:": {"- b": ["?", "? x", "&a", "*a", "!a", "|", ">", "%", "@", "`"]}})
def test_what_is_dumped_reads_back(value: Any) -> None:
    assert parse(dump(value), "f.yml").data == value


def test_dump_is_block_style_and_quotes_what_others_would_misread() -> None:
    value = {"a": ["no", "22:22", "2024-01-01", "1e3", "x y"], "b": {}, "c": "p\nq\n", "n": 1}
    assert dump(value) == (
        "a:\n  - 'no'\n  - '22:22'\n  - '2024-01-01'\n  - '1e3'\n  - x y\n"
        "b: {}\nc: |\n  p\n  q\nn: 1\n"
    )


def test_dump_masks_secrets() -> None:
    assert dump({"password": Secret("hunter2")}) == "password: '********'\n"
