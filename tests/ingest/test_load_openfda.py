import json

import pytest

from corpus.errors import SourceUnreadableError
from tests.ingest.formats import headings, read, says, write


def result(number: int = 1, **changes):
    return {
        "spl_product_data_elements": ["ALPHAX alphazolam TALC"],
        "warnings": ["WARNINGS Do not drive."],
        "boxed_warning": ["WARNING: ADDICTION Alphax can cause addiction."],
        "indications_and_usage": ["1 INDICATIONS AND USAGE Alphax is for anxiety. It is not for sleep."],
        "adverse_reactions_table": ["<table><tr><td>1</td></tr></table>"],
        "spl_unclassified_section": ["Made by Alpha Labs."],
        "laser_use": ["Not near lasers."],
        "set_id": f"aaaaaaaa-0000-4000-8000-00000000000{number}",
        "id": "x", "effective_time": "20190305", "version": "3",
        "openfda": {
            "brand_name": ["Alphax"], "generic_name": ["ALPHAZOLAM"],
            "substance_name": ["ALPHAZOLAM HYDROCHLORIDE"], "manufacturer_name": ["Alpha Labs"],
            "product_type": ["HUMAN PRESCRIPTION DRUG"],
        },
        **changes,
    }  # fmt: skip


def reply(*results) -> str:
    return json.dumps({"meta": {"terms": "https://open.fda.gov/terms/"}, "results": list(results)}, indent=2)


def test_a_label_with_its_record_and_sections(tmp_path):
    (document,), remarks = read(write(tmp_path, "label.json", reply(result())))
    source = document.source
    assert not remarks
    assert source.id == "label-aaaaaaaa-0000-4000-8000-000000000001"
    assert source.title == "Alphax (ALPHAZOLAM) drug label"
    assert source.names == ("ALPHAZOLAM", "ALPHAZOLAM HYDROCHLORIDE", "Alphax")
    assert (source.kind, source.version, source.dated, source.publisher, source.licence) == (
        "label", "3", "2019-03-05", "Alpha Labs", "CC0 1.0",
    )  # fmt: skip
    assert headings(document) == ["Boxed warning", "Indications and usage", "Warnings", "", "Laser use"]
    assert says(document)["Indications and usage"] == "Alphax is for anxiety. It is not for sleep."
    assert says(document)["Warnings"] == "Do not drive."


def test_each_result_is_a_label_and_one_without_text_is_named(tmp_path):
    empty = {"set_id": "aaaaaaaa-0000-4000-8000-000000000009", "openfda": {}}
    odd = [7, None, {"set_id": ["x"], "warnings": ["Words."]}, {"warnings": {"a": 1}}]
    path = write(tmp_path, "labels.json.gz", reply(result(1), empty, result(2)))
    documents, (remark,) = read(path)
    assert [each.source.set_id[-1] for each in documents] == ["1", "2"]
    assert "without label text (label aaaaaaaa-0000-4000-8000-000000000009)" in remark
    documents, (remark,) = read(write(tmp_path, "labels.json", reply(result(1), *odd[2:], result(2))))
    assert len(documents) == 2
    assert "without a set id" in remark


def test_a_broken_end_loses_nothing_of_what_came_before(tmp_path):
    whole = reply(result(1), result(2), result(3))
    documents, (remark,) = read(write(tmp_path, "labels.json", whole[: int(len(whole) * 0.8)]))
    assert [each.source.set_id[-1] for each in documents] == ["1", "2"]
    assert "broken or cut off" in remark


@pytest.mark.parametrize(
    "content",
    ['{"spl_set_id": "x", "brand_name": "Alphax"}', '{"meta": {"terms": "open.fda.gov"}, "results": []}'],
)
def test_a_file_without_labels_says_so(tmp_path, content):
    with pytest.raises(SourceUnreadableError, match=r"data\.json: holds no labels"):
        read(write(tmp_path, "data.json", content))
