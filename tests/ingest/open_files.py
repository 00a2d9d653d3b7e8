"""Which files of a folder this process holds open."""

from pathlib import Path


def open_under(folder: Path) -> list[Path]:
    """The open files of a folder; models, which are opened once, and what other tests close lie elsewhere."""
    held = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return sorted(each for each in held if each.is_relative_to(folder))
