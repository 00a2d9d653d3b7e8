"""The settings name a model of any provider; what is missing is said with its remedy."""

import sys

import pytest

from corpus.errors import ChatModelError, SettingsError
from ingest.settings import load_settings
from retrieval.model.model import open_model


@pytest.mark.parametrize(
    ("llm", "extra", "key", "name"),
    [
        ("openai:gpt-x", {}, "OPENAI_API_KEY", "ChatOpenAI"),
        ("anthropic:claude-x", {}, "ANTHROPIC_API_KEY", "ChatAnthropic"),
        ("ollama:llama3.2:3b", {}, None, "ChatOllama"),
        ("openai:local", {"llm_base_url": "http://127.0.0.1:9/v1"}, None, "ChatOpenAI"),
    ],
)
def test_each_provider_gets_the_limits_in_its_own_terms(llm, extra, key, name, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    if key:
        monkeypatch.setenv(key, "sk-secret-123")
    settings = load_settings(llm=llm, llm_max_tokens=321, llm_timeout_s=7, llm_temperature=0.5, **extra)
    model = open_model(settings)
    assert type(model).__name__ == name
    assert model.temperature == 0.5
    if name == "ChatOllama":
        assert model.num_predict == 321
        assert model.model == "llama3.2:3b"
        assert model.client_kwargs == {"timeout": 7.0}
    else:
        assert model.max_tokens == 321
        assert model.max_retries == 0
    assert "sk-secret" not in settings.model_dump_json()


@pytest.mark.parametrize(
    ("llm", "module", "remedy"),
    [
        ("openai:gpt-x", "langchain_openai", "pip install 'citewell[openai]'"),
        ("anthropic:x", "langchain_anthropic", "pip install 'citewell[anthropic]'"),
        ("mistralai:x", "langchain_mistralai", "pip install langchain-mistralai"),
    ],
)
def test_a_package_that_is_not_installed_is_named(llm, module, remedy, monkeypatch):
    from langchain.chat_models import base

    monkeypatch.setitem(sys.modules, module, None)  # what importing a missing package comes to
    monkeypatch.setitem(sys.modules, f"{module}.chat_models", None)
    base._get_chat_model_creator.cache_clear()
    with pytest.raises(ChatModelError) as raised:
        open_model(load_settings(llm=llm))
    assert remedy in str(raised.value)


def test_a_missing_package_costs_a_note_and_not_the_answer(citewell, index_home, monkeypatch):
    from langchain.chat_models import base

    from retrieval.pipeline import Citewell

    monkeypatch.setitem(sys.modules, "langchain_mistralai", None)
    base._get_chat_model_creator.cache_clear()
    worded = Citewell(load_settings(home=index_home, llm="mistralai:x"), lambda _: citewell.desk)
    answer = worded.ask("how does sertraline work")
    assert answer.statements == citewell.ask("how does sertraline work").statements
    assert any("pip install langchain-mistralai" in note for note in answer.notes)
    assert answer.disclaimer


def test_a_provider_that_does_not_exist_and_a_key_that_is_missing(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for llm in ("nobody:x", "openai:gpt-x"):
        with pytest.raises(ChatModelError, match="CITEWELL_LLM"):
            open_model(load_settings(llm=llm))


@pytest.mark.parametrize(
    "wrong",
    [
        {"llm": "gpt-x"},
        {"llm": "openai:"},
        {"llm_base_url": "ftp://x"},
        {"llm_base_url": "http://user:secret@host/v1"},
        {"llm_timeout_s": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(SettingsError):
        load_settings(**wrong)
