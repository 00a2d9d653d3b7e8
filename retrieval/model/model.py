"""Open the chat model that the settings name, through LangChain's `init_chat_model`.

Keys are read by the provider's own package from its own environment variables, never here. Not for talking to
the model: see `retrieval.model.stream`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus.errors import ChatModelError
from ingest.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_EXTRAS = frozenset({"openai", "anthropic", "ollama"})  # what pyproject.toml offers
# A server of one's own often needs no key, but OpenAI's client insists on one.
_NO_KEY = "none"


def open_model(settings: Settings) -> BaseChatModel:
    """Make the chat model; nothing is sent anywhere yet.

    Raises:
        ChatModelError: The provider is unknown, its package is not installed, or it lacks its API key.
    """
    if not settings.llm:
        raise ChatModelError("No chat model is set.", "Set CITEWELL_LLM, as in CITEWELL_LLM=ollama:llama3.2.")
    provider, _, name = settings.llm.partition(":")
    provider = provider.replace("-", "_").lower()
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(name, model_provider=provider, **_options(provider, settings))
    except ImportError as error:
        own = "langchain-" + provider.replace("_", "-")
        package = f"'citewell[{provider}]'" if provider in _EXTRAS else own
        raise ChatModelError(
            f"CITEWELL_LLM names the provider '{provider}', whose package is not installed.",
            f"Install it: pip install {package}",
        ) from error
    except Exception as error:
        # The provider's own message may hold a part of a key: only its type is passed on.
        raise ChatModelError(
            f"The chat model '{settings.llm}' cannot be set up ({type(error).__name__}).",
            "Check the provider's name in CITEWELL_LLM and that its API key is set in its own variable "
            "(OPENAI_API_KEY, ANTHROPIC_API_KEY).",
        ) from error
    return model


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """The same wishes as each provider calls them. Its own retries are off: `model.stream` has one."""
    options: dict[str, Any] = {}
    if settings.llm_temperature is not None:
        options["temperature"] = settings.llm_temperature
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    if provider == "ollama":
        return {
            **options,
            "num_predict": settings.llm_max_tokens,
            "client_kwargs": {"timeout": settings.llm_timeout_s},
        }
    options |= {"max_tokens": settings.llm_max_tokens, "timeout": settings.llm_timeout_s, "max_retries": 0}
    if provider == "openai" and settings.llm_base_url:
        import os

        # Servers that imitate OpenAI's know its older interface.
        options["use_responses_api"] = False
        if not os.environ.get("OPENAI_API_KEY"):
            options["api_key"] = _NO_KEY
    return options
