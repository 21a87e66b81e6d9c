"""What `./run matrix` writes: each combination once, and each Python that it did not find."""

from support import matrix


def one(python: str, django: str, sqlalchemy: str, result: str) -> dict[str, str]:
    return {"python": python, "django": django, "sqlalchemy": sqlalchemy, "result": result}


def test_a_table_has_each_result_once_and_names_what_did_not_run() -> None:
    results = {
        "a": one("3.11.7", "5.2.19", "2.0.58", "passed"),
        "b": one("3.11.7", "5.2.19", "2.0.58", "passed"),  # the newest Django of this Python is 5.2
        "c": one("3.12.1", "6.0", "2.1.9", "failed"),
    }
    heads, words = matrix.WORDS[0]
    assert matrix.table(results, heads, words).splitlines()[2:] == [
        "| 3.11.7 | 5.2.19 | 2.0.58 | passed |",
        "| 3.12.1 | 6.0 | 2.1.9 | FAILED |",
        "| 3.13 | – | – | not run |",
        "| 3.14 | – | – | not run |",
    ]


def test_each_python_that_is_found_meets_each_django_and_each_sqlalchemy() -> None:
    found = list(matrix.combinations())
    assert len(found) == len({one.python for one in found}) * len(matrix.DJANGOS) * len(matrix.SQLALCHEMIES)


def test_both_pages_have_a_place_for_the_table() -> None:
    for page in matrix.PAGES:
        assert page.read_text().count("<!-- matrix -->") == page.read_text().count("<!-- end of matrix -->") == 1
