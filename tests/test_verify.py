"""A page says of what it was made, and a second making of it finds whatever was changed on it."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from model import checkout, cli, folders, reporting
from model.reporting import kernel, proof
from model.views import facts
from model.views.page import hrefs, origin

ROW = r'<tr><th scope="row"[^>]*>First break-even</th>.*?</tr>'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A page, and its executed notebook."""
    out = tmp_path_factory.mktemp("reports")
    assert reporting.run(["mentorship"], ["base"], ["breakeven"], out=out) == 0
    path = out / "mentorship/base/breakeven"
    return (path.with_suffix(".html").read_text(encoding="utf-8"),
            kernel.from_bytes(path.with_suffix(".ipynb").read_bytes()))


@pytest.fixture
def verify(made, tmp_path, monkeypatch, capsys):
    """Verifies a text as a page, whose notebook gives what it gave: exit code and lines."""
    monkeypatch.setattr(proof.Maker, "notebook", lambda self, job: made[1])

    def run(html):
        path = tmp_path / "page.html"
        path.write_bytes(html if isinstance(html, bytes) else html.encode())
        code = cli.main(["verify", str(path)])
        said = capsys.readouterr()
        return code, (said.out + said.err).splitlines()

    return run


def changed(html, pattern, change):
    """A page with the first part that fits changed; it must have one."""
    found = re.sub(pattern, change, html, count=1, flags=re.DOTALL)
    assert found != html
    return found


def other_digit(match):
    """The last digit of a match, another."""
    text = match[0]
    place = max(at for at, sign in enumerate(text) if sign.isdigit())
    return f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1:]}"


@pytest.mark.long
def test_a_page_executed_again_verifies(made, tmp_path, capsys):
    path = tmp_path / "page.html"
    path.write_text(made[0], encoding="utf-8")
    assert cli.main(["verify", str(path)]) == 0
    said = capsys.readouterr().out
    count = len(facts.content(made[0]).figures)
    assert said.endswith(f"page.html: verified: {count} of {count} figures agree, and all other "
                         "text.\n") and count > 300
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


@pytest.mark.long
def test_line_ends_of_another_system_change_nothing(made, verify):
    assert verify(made[0].replace("\n", "\r\n"))[0] == 0


@pytest.mark.parametrize(("pattern", "name"), [
    (r'<dd class="fm-value"[^>]*><span class="fm-whole">USD [^<]*', "Tiles · Lowest cash"),
    (r"(?<=</dd><dd>)source: .{0,40}\d", "Tiles · First break-even (2)"),
    (r'(?<=>First break-even</th>)<td[^>]*>[^<]*\d{4}',
     "Break-evens · First break-even · Month"),
    (r'(?<=>Operating break-even</th>)<td[^>]*>[^<]*</td><td>\d+',
     "Break-evens · Operating break-even · Month number"),
    (r'fm-headline">.*?\d{4}', "Head · in words"),
    (r'data-fact="When is break-even\?"><p class="fm-message">.*?\d{4}',
     "When is break-even? · in words"),
])
def test_a_changed_digit_is_named_by_its_figure(made, verify, pattern, name):
    code, lines = verify(changed(made[0], pattern, other_digit))
    count = len(facts.content(made[0]).figures)
    assert code == 1
    assert f": differs: {count - 1} of {count} figures agree." in lines[0]
    page, here = re.fullmatch(
        f"  {re.escape(name)}: (.+) in the page, (.+) here", lines[1]).groups()
    assert len(page) == len(here) and page != here and len(lines) == 2


@pytest.mark.parametrize(("pattern", "change", "part"), [
    (r"(?<=<caption>)Break-evens", "Breakevens", "Break-evens"),
    (r"(?<=<th scope=\"row\">)Lasting break-even", "Final break-even", "Break-evens"),
    (r'aria-label="Break-evens"', 'aria-label="No"', "When is break-even?"),
    (r'data-line="trough_cash"', 'data-line="cash"', "Tiles"),
    (r'label="Line chart', 'label="Chart', "Does the cash last?, chart"),
    (r'<path d="M\d', '<path d="M-1', "When is break-even?, chart"),
    (r"(?<=<script>)\(", " (", "script"),
    (r"(?<=<style>)", "p{display:none}", "style"),
    (r"script-src '", "script-src 'unsafe-inline' '", "frame of the page"),
    (r"Made on 2", "Made on 1", "foot"),
    (r"All (\d+)(?= arithmetic checks hold\.<)", r"All 1\1", "foot"),
    (r'href="../../index.html"', 'href="https://example.com"', "links to other pages"),
    (r"</main>", "<p>Guaranteed.</p></main>", "frame of the page"),
    (r"</html>", "</html><!-- -->", "frame of the page"),
])
def test_other_changes_are_told_by_the_part_in_which_they_are(
        made, verify, pattern, change, part):
    code, lines = verify(changed(made[0], pattern, change))
    assert code == 1 and ": differs: " in lines[0]
    assert any(line.startswith(f"  text differs: {part}") for line in lines), lines


def test_a_row_that_was_taken_out_is_told(made, verify):
    code, lines = verify(changed(made[0], ROW, ""))
    assert code == 1
    assert any(re.fullmatch(r"  Break-evens · First break-even · Month number: nothing in the "
                            r"page, \d+ here", line) for line in lines)


def test_blocks_in_another_order_are_told(made, verify):
    first, second = re.findall(r'<section class="prose".*?</section>', made[0], re.DOTALL)[1:3]
    html = made[0].replace(first, "§").replace(second, first).replace("§", second)
    assert verify(html)[0] == 1


@pytest.mark.parametrize("name", ["run", "commit", "params", "code"])
def test_what_a_page_says_of_itself_stands_in_its_foot_as_well_or_is_told(made, verify, name):
    value = getattr(origin(made[0]), name) or "x"
    html = made[0] if name != "commit" else made[0].replace(
        "&#34;commit&#34;: &#34;", "&#34;commit&#34;: &#34;f")
    if name != "commit":
        html = changed(html, f"(?<=&#34;{name}&#34;: &#34;){re.escape(value)}", other_digit)
    code, lines = verify(html)
    assert code == 1 and lines


def test_a_page_of_another_version_is_told_so_with_what_agrees(made, verify):
    claim = replace(origin(made[0]), version="0.0.7", code="0" * 12)
    html = proof.Maker(None).page(claim, hrefs(made[0]))
    count = len(facts.content(html).figures)
    code, lines = verify(html)
    assert code == 1
    assert f"made by another version: {count} of {count} figures agree, and all other" in lines[0]
    assert lines[1].startswith("  the page: version 0.0.7, commit ")
    assert lines[2].startswith("  here: version ") and len(lines) == 3
    code, lines = verify(changed(html, r"(?<=</th><td>)\d+", other_digit))
    assert f"made by another version: {count - 1} of {count} figures agree." in lines[0]


def test_where_only_the_commit_is_another_the_page_verifies_and_both_are_named(made, verify):
    html = proof.Maker(None).page(replace(origin(made[0]), commit="0123456789ab"), hrefs(made[0]))
    assert "(commit 0123456789ab)" in html
    code, lines = verify(html)
    assert code == 0 and "made at commit 0123456789ab, compared at" in lines[1]


@pytest.mark.parametrize("content", [
    b"", b"\x00\xff", b"<html></html>", b"<" * 300_000, b"x" * (proof.MOST + 1),
    b'<meta name="financial-model" content="{">', b'<meta name="financial-model" content="[]">',
    b'<meta name="financial-model" content="' + b"[" * 3000 + b'">',
    b'<meta name="financial-model" content="{&#34;company&#34;: 1}">'], ids=range(9))
def test_what_is_no_page_of_ours_ends_in_one_sentence(verify, content):
    code, lines = verify(content)
    assert code == 2 and len(lines) == 1 and lines[0].endswith(".")


def test_a_folder_a_missing_file_and_a_page_are_judged_each_for_itself(
        made, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(proof.Maker, "notebook", lambda self, job: made[1])
    (tmp_path / "page.html").write_text(made[0], encoding="utf-8")
    assert cli.main(["verify", str(tmp_path), str(tmp_path / "none.html"),
                     str(tmp_path / "page.html")]) == 2
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 2 and ": verified: " in said.out


def test_a_page_of_a_scenario_that_is_not_here_cannot_be_made_again(made, verify):
    for scenario in ("gone", "../../base", "\x1b[2J"):
        html = made[0].replace("&#34;scenario&#34;: &#34;base", "&#34;scenario&#34;: &#34;"
                               + scenario.replace("\x1b", "\\u001b"))
        code, lines = verify(html)
        assert code == 1 and "cannot be made again here: there is no mentorship/" in lines[0]
        assert "\x1b" not in lines[0]


def test_every_number_of_a_table_has_a_name_of_its_own(made):
    found = facts.content(made[0])
    cells = re.findall(r"<td[^>]*>([^<]*\d[^<]*|–)</td>", made[0])
    assert len([name for name in found.figures if " · in words" not in name]) >= len(cells)
    named = re.findall(r' data-fact="([^"]*)"', made[0])
    assert len(set(named)) == len(named)
    assert sum(map(len, named)) < 4000


def test_names_are_escaped_and_numbered_where_they_are_the_same():
    table = ('<table class="a"><caption>A &lt;b&gt; &quot;c&quot;</caption><thead><tr><th></th>'
             '<th>2026</th></tr></thead><tbody><tr><th>x</th><td>1</td></tr><tr><th>x</th>'
             '<td>2</td></tr></tbody></table>')
    html = facts.named(f'<main id="main">{table}{table}</main>')
    assert html.count('data-fact="A &lt;b&gt; &quot;c&quot;"') == 1
    assert facts.content(html).figures == {
        'A <b> "c" · x · 2026': "1", 'A <b> "c" · x (2) · 2026': "2",
        'A <b> "c" (2) · x · 2026': "1", 'A <b> "c" (2) · x (2) · 2026': "2"}


def git(folder, *words):
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=folder,
                   check=True, capture_output=True)


def test_the_commit_is_that_of_the_checkout_and_says_whether_files_differ(project, monkeypatch):
    root = folders.root()
    assert checkout.commit() == ""
    git(root, "init", "-q")
    assert checkout.commit() == ""
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    assert re.fullmatch("[0-9a-f]{12}", checkout.commit())
    (root / "notes.txt").write_text("Nothing that a page is made of.")
    assert " " not in checkout.commit()
    (root / "params" / "more.yaml").write_text("title: More\n")
    assert re.fullmatch("[0-9a-f]{12} with changes", checkout.commit())
    monkeypatch.setenv("PATH", str(root))
    assert shutil.which("git") is None and checkout.commit() == ""
