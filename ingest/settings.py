"""Every setting, in one typed object that is made once at the edge and passed in.

No other module reads `CITEWELL_*`. Not for what is the same for everybody: that is a constant of its module.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from corpus.errors import SettingsError

EMBEDDED_MODEL = "embedded"
_SHORTEST_KEY = 16  # characters: a key that can be guessed is none

# What decides on no answer: two machines that answer alike show the same receipt.
_ASIDE = {
    "home", "host", "port", "server", "server_key", "audit_log",
    "email", "ncbi_api_key", "openfda_api_key", "places",
}  # fmt: skip


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
    sentence_vectors: Literal["auto", "own", "pooled"] = Field(
        default="auto",
        description=(
            "'own' encodes each sentence by itself; 'pooled' with its passage, at half the time; "
            "'auto' the shipped corpus by itself, all else pooled."
        ),
    )
    exact_search_up_to: int = Field(
        default=300_000, ge=0, description="Passages up to which every vector is compared with a question's."
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
    audit_log: Path | None = Field(
        default=None, description="File to which every question and its outcome is added; none unless set."
    )
    llm: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+:\S+$",
        description="Chat model that words answers, as LangChain's 'provider:model'; none unless set.",
    )
    llm_base_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s@]+$",
        description="Address of the model's server, if not its provider's.",
    )
    llm_timeout_s: float = Field(
        default=30.0, gt=0, le=600, description="Seconds for the model's whole reply, retries included."
    )
    llm_max_tokens: int = Field(
        default=1500, ge=16, le=32000, description="Longest reply of the model, in tokens."
    )
    llm_evidence_chars: int = Field(
        default=12000, ge=500, le=200000, description="Most characters of evidence that the model is shown."
    )
    llm_temperature: float | None = Field(
        default=None, ge=0, le=2, description="Sampling temperature; left to the provider unless set."
    )
    nli_model: str | None = Field(
        default=None,
        min_length=1,
        description="CrossEncoder of sentence-transformers that judges entailment too; none unless set.",
    )
    reranker: str | None = Field(
        default=None,
        min_length=1,
        description="CrossEncoder of sentence-transformers that reorders passages; none unless set.",
    )
    email: str | None = Field(
        default=None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Told to the places that records are fetched from, as their rules ask; none unless set.",
    )
    ncbi_api_key: SecretStr | None = Field(
        default=None, description="NCBI's key: ten requests a second instead of three."
    )
    openfda_api_key: SecretStr | None = Field(
        default=None, description="openFDA's key: 120,000 requests a day instead of 1,000."
    )
    places: dict[str, str] = Field(
        default={},
        description="Other addresses for the places that are fetched from, as of a mirror: place to address.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the page listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port of the page; 0 picks a free one.")

    server: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s@/]+/?$",
        description=(
            "Server that 'citewell ask' and 'chat' put their questions to; unless set, one that runs at host "
            "and port of this machine with the same index and settings, if there is one."
        ),
    )
    server_key: SecretStr | None = Field(
        default=None,
        description=(
            "API key for the server that 'citewell ask' and 'chat' put their questions to: the one named by "
            "CITEWELL_SERVER, else the one found on this machine. Sent to no other."
        ),
    )

    serve_workers: int = Field(
        default=1, ge=1, le=64, description="Processes that answer; with 1, the process that listens answers."
    )
    serve_at_once: int = Field(
        default=4, ge=1, le=256, description="Questions that one process answers at the same time."
    )
    serve_waiting: int = Field(
        default=64, ge=0, le=10000, description="Questions that may wait for their turn; one more gets a 503."
    )
    serve_timeout_s: float = Field(
        default=90.0, gt=0, le=3600, description="Seconds for a whole answer of the API, waiting included."
    )
    serve_body_bytes: int = Field(
        default=65536, ge=1024, le=10_000_000, description="Longest request to the API, in bytes."
    )
    serve_rate: int = Field(
        default=120,
        ge=0,
        description="Requests to the API and questions on the page a minute by one client; 0 for any number.",
    )
    serve_api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description="Keys, one of which the API wants, by commas, of 16 characters or more; none unless set.",
    )
    serve_page: bool = Field(default=True, description="Whether 'citewell serve' serves the page too.")
    serve_upload_mb: int = Field(
        default=5,
        ge=0,
        le=200,
        description="Megabytes of a document that a visitor may add on the page; 0 lets nobody add any.",
    )
    serve_upload_hours: float = Field(
        default=6.0,
        gt=0,
        le=720,
        description="Hours for which a visitor's documents are kept after they were last used.",
    )
    serve_upload_for: Literal["own", "all"] = Field(
        default="own",
        description="Who may be answered from what a visitor adds: 'own' that visitor, 'all' everybody.",
    )
    serve_proxies: str = Field(
        default="127.0.0.1,::1",
        description="Addresses of proxies, by commas, whose X-Forwarded-For and -Proto are believed.",
    )
    serve_finish_s: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="Seconds that running answers get to finish when the server is ended.",
    )

    @field_validator("serve_api_keys", mode="before")
    @classmethod
    def _split_keys(cls, keys: object) -> object:
        return [each.strip() for each in keys.split(",") if each.strip()] if isinstance(keys, str) else keys

    @field_validator("serve_api_keys")
    @classmethod
    def _long_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(each.get_secret_value()) < _SHORTEST_KEY for each in keys):
            raise ValueError(f"a key has fewer than {_SHORTEST_KEY} characters")
        return keys

    @property
    def fingerprint(self) -> str:
        """Short hash of the settings that decide on answers; part of every receipt."""
        aside = _ASIDE | {name for name in type(self).model_fields if name.startswith("serve_")}
        shared = self.model_dump(mode="json", exclude=aside)
        return _short_hash(str(sorted(shared.items())))

    @property
    def home_id(self) -> str:
        """Short hash of where the index stands, by which a client knows a server of the same folder."""
        return _short_hash(str(self.home.expanduser().resolve()))

    @property
    def index_dir(self) -> Path:
        """Where the generations of the index stand."""
        return self.home.expanduser() / "index"

    @property
    def fetched_dir(self) -> Path:
        """Where what was fetched stands, a folder a place."""
        return self.home.expanduser() / "fetched"

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


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


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
            f"Setting {problem}.", "Mend the CITEWELL_* variable or citewell.toml (docs/settings.md)."
        ) from error
