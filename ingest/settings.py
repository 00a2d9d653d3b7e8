"""Every setting, in one typed object that is made once at the edge and passed in.

No other module reads `CITEWELL_*`. Not for what is the same for everybody: that is a constant of its module.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from corpus.errors import SettingsError

EMBEDDED_MODEL = "embedded"


class Settings(BaseSettings):
    """Settings of Citewell: `CITEWELL_*` environment variables, then `citewell.toml`, then these defaults."""

    model_config = SettingsConfigDict(env_prefix="CITEWELL_", extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("citewell")),
        description="Folder that holds the index.",
    )
    embedding_model: str = Field(
        default=EMBEDDED_MODEL,
        description="'embedded' (all-MiniLM-L6-v2, packaged), or any sentence-transformers name or folder.",
    )
    passage_tokens: int = Field(
        default=200, ge=48, le=2048, description="Longest passage, in tokens of the embedding model."
    )
    region: Literal["general", "us", "uk", "ie", "eu", "ca", "au", "nz", "in"] = Field(
        default="general", description="Whose emergency numbers are shown."
    )
    dense_weight: float = Field(
        default=0.5, ge=0.0, le=1.0, description="Weight of dense against lexical scores when they are fused."
    )
    candidates: int = Field(
        default=1000, ge=10, le=10000, description="Passages of each kind of search that are fused."
    )
    host: str = Field(default="127.0.0.1", description="Address that the page listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port of the page; 0 picks a free one.")

    @property
    def index_dir(self) -> Path:
        """Where the generations of the index stand."""
        return self.home.expanduser() / "index"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the TOML file."""
        path = Path(os.environ.get("CITEWELL_CONFIG", "citewell.toml")).expanduser()
        if "CITEWELL_CONFIG" in os.environ and not path.is_file():
            raise ValueError(f"CITEWELL_CONFIG names {path}, which is no file")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)


def load_settings(**overrides: object) -> Settings:
    """Read the settings once, at the edge.

    Raises:
        SettingsError: A variable or a line of the TOML file has a value that cannot work.
    """
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except (ValueError, OSError) as error:
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        else:
            problem = str(error)
        raise SettingsError(
            f"Setting {problem}.", "Mend the CITEWELL_* variable or citewell.toml; the README lists them."
        ) from error
