from __future__ import annotations

from pathlib import Path

from deployments.local.log_files import rotate


def test_a_large_file_is_emptied_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "cart.log"
    (tmp_path / "auth.log").write_text("short\n")
    with path.open("a") as log:
        log.write("x" * 200 + "\n")
        log.flush()
        assert rotate(tmp_path, max_bytes=100) == ["cart.log"]
        log.write("after\n")
        log.flush()
    assert path.read_text() == "after\n"
    assert path.with_suffix(".log.1").stat().st_size == 201
    assert rotate(tmp_path, max_bytes=100) == []
