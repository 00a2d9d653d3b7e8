"""What must hold of every answer, whatever the model did."""

from evals.run import spans_are_exact
from retrieval.answer import Outcome
from retrieval.model.shorten import clauses, is_shortened
from retrieval.support.verify import LEAST_SUPPORT, SUPPORTED


def check(answer, citewell, plain):
    """Disclaimer, exact citations, and no statement that its citations do not support.

    Args:
        plain: The answer to the same question without a model.
    """
    assert "not medical advice" in answer.disclaimer
    assert answer.outcome is plain.outcome
    assert answer.outcome in {Outcome.ANSWERED, Outcome.PARTIAL}
    assert answer.warnings == plain.warnings
    assert spans_are_exact(answer, citewell)
    drafted = {each.text for each in plain.statements}
    for each in answer.statements:
        assert each.citations
        quotes = [citation.quote for citation in each.citations]
        if each.worded_by == "source":
            assert each.text == quotes[0]
        elif each.worded_by == "citewell":
            assert each.text in drafted
        else:
            assert all(citation.support >= LEAST_SUPPORT for citation in each.citations)
            parts = clauses(each.text)
            told = [*quotes, *drafted]
            assert all(any(is_shortened(part, one, citewell.desk.lexicon) for one in told) for part in parts)
            assert each.sources_agreeing == 1 or max(c.support for c in each.citations) >= SUPPORTED


def same_statements(answer, plain):
    """Whether an answer is the one without a model, but for notes and receipt."""
    return answer.statements == plain.statements and answer.sources == plain.sources
