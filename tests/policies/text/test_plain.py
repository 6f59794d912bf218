from policies.text.plain import plain_text


def test_writes_one_line_per_block() -> None:
    assert plain_text("<p>We keep <strong>little</strong>.</p><p>We tell you.</p>") == "We keep little.\nWe tell you."


def test_marks_list_items_and_indents_inner_lists() -> None:
    html = "<p>We hold:</p><ul><li>your name<ol><li>in full</li></ol></li><li>your address</li></ul>"
    assert plain_text(html) == "We hold:\n- your name\n  - in full\n- your address"


def test_starts_a_line_at_a_break() -> None:
    assert plain_text("<p>外交部<br>領事事務局</p>") == "外交部\n領事事務局"
    assert plain_text("<ul><li>外交部<br>領事事務局</li></ul>") == "- 外交部\n  領事事務局"


def test_reads_character_references() -> None:
    assert plain_text("<p>a &lt; b &amp; c</p>") == "a < b & c"


def test_of_nothing_is_nothing() -> None:
    assert plain_text("") == ""
