"""`citewell settings`: every setting with its value, where that comes from, and what it means.

The table in docs/settings.md is printed by it too. Not for reading settings: see `ingest.settings`.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from ui.console import home_option, json_option, print_json

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from ingest.settings import Settings

_HIDDEN = "(set, not shown)"
_NOTHING = "none"
_HEAD = """\
# Settings

Written by `citewell settings --markdown`; do not edit. `citewell settings` prints what holds where you are,
and where each value comes from: an argument such as `--home`, else the environment variable, else
`citewell.toml` in the folder in which the command runs (`CITEWELL_CONFIG` names another file), else the
default. In the file a setting stands under its name, as in `region = "uk"`.

| setting | variable | default | values | meaning |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class _Setting:
    name: str
    variable: str
    value: str
    origin: str
    meaning: str


@click.command(short_help="Print every setting, where its value comes from, and what it means.")
@click.option("--markdown", is_flag=True, help="Print docs/settings.md: the defaults of all settings.")
@json_option
@home_option
def settings(markdown: bool, as_json: bool, home: Path | None) -> None:
    """Print every setting with its value, where that comes from, and what it means. Keys are not shown.

    \b
    Example:
      citewell settings
      citewell settings --json | jq '.[] | select(.origin != "default")'
    """  # noqa: D301
    if markdown:
        click.echo(settings_markdown(), nl=False)
        return
    found = _found(home)
    if as_json:
        told = [{name: getattr(each, name) for name in each.__slots__} for each in found]
        print_json(json.dumps(told, indent=2, ensure_ascii=False))
        return
    from ui.console import has_colour
    from ui.sheet import render, sheet_of

    sheet = sheet_of(shutil.get_terminal_size().columns)
    for each in found:
        style = "bold" if each.origin != "default" else ""
        sheet.add((f"{each.name} = {each.value}", style), (f"  ({each.origin})", "cyan"), rest="  ")
        sheet.add((f"{each.meaning} {each.variable}", "dim"), first="  ", rest="  ")
    click.echo(render(sheet.lines, has_colour()), color=has_colour())


def _found(home: Path | None) -> list[_Setting]:
    """Every setting, as it holds here."""
    from ingest.settings import Settings, load_settings

    loaded = load_settings(home=home)
    origins = _origins(Settings)
    if home is not None:
        origins["home"] = "--home"
    return [
        _Setting(
            name,
            _variable(name),
            _shown(getattr(loaded, name)),
            origins.get(name, "default"),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _origins(cls: type[Settings]) -> dict[str, str]:
    """Where the values come from that are no defaults, as the sources of the settings tell."""
    from pydantic_settings import EnvSettingsSource, InitSettingsSource, TomlConfigSettingsSource

    nothing, environment = InitSettingsSource(cls, {}), EnvSettingsSource(cls)
    sources = cls.settings_customise_sources(cls, nothing, environment, nothing, nothing)
    origins: dict[str, str] = {}
    for source in reversed(sources):
        for name in source():
            if isinstance(source, TomlConfigSettingsSource):
                origins[name] = str(source.toml_file_path)
            elif source is environment:
                origins[name] = _variable(name)
    return origins


def settings_markdown() -> str:
    """The file docs/settings.md: each setting with its variable, default, values and meaning."""
    from ingest.settings import Settings

    rows = []
    for name, field in Settings.model_fields.items():
        default = "the user's data folder" if name == "home" else f"`{_shown(field.default)}`"
        default = "none" if default == f"`{_NOTHING}`" else default
        cells = (f"`{name}`", f"`{_variable(name)}`", default, _values(field), field.description or "")
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return _HEAD + "\n".join(rows) + "\n"


def _variable(name: str) -> str:
    return f"CITEWELL_{name.upper()}"


def _shown(value: Any) -> str:  # noqa: ANN401  (whatever a setting holds)
    from pydantic import SecretStr

    if any(isinstance(each, SecretStr) for each in (value if isinstance(value, tuple) else (value,))):
        return _HIDDEN
    if value is None or value in ((), {}):
        return _NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, sort_keys=True) if isinstance(value, dict) else str(value)


def _values(field: FieldInfo) -> str:
    """Which values there may be: a list, or the least and the most."""
    allowed = get_args(field.annotation)
    if allowed and all(isinstance(each, str) for each in allowed):
        return ", ".join(f"`{each}`" for each in allowed)
    bounds = []
    for limit in field.metadata:
        for name, words in (
            ("ge", "from {}"),
            ("gt", "more than {}"),
            ("le", "to {}"),
            ("lt", "less than {}"),
        ):
            if (bound := getattr(limit, name, None)) is not None:
                bounds.append(words.format(bound))
    return " ".join(bounds)
