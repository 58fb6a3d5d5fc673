"""Recomputes every number in the key points of system_design.yaml, and that the file still says it."""

import math
from pathlib import Path

DAY = 86_400
_FILE = Path(__file__).parent.parent.parent / "rubrics" / "system_design.yaml"
_TEXT = " ".join(_FILE.read_text(encoding="utf-8").split())


def says(*phrases: str) -> None:
    for phrase in phrases:
        assert phrase in _TEXT, f"the rubric no longer says {phrase!r}"


def near(value: float, told: float, within: float = 0.03) -> None:
    assert abs(value - told) <= within * abs(told), (value, told)


def test_check_examples() -> None:
    near(100e6 * 5 / DAY, 5_800)
    near(3 * 100e6 * 5 / DAY, 17_000, 0.05)
    near(50e6 * 1024 * 4, 200e9)
    assert 4_000 / (1 / 0.010) == 40
    near(2e9 / DAY, 23_000)
    says("about 5,800 requests a second", "17,000 at peak", "forty cores for 4,000")


def test_fraud_accuracy() -> None:
    assert math.isclose(1 - 1 / 1000, 0.999)
    says("99.9 percent accurate")


def test_contact_summaries() -> None:
    words = 10 * 150
    assert words == 1_500
    tokens = words * 4 / 3  # about 0.75 English words a token
    assert math.isclose(tokens, 2_000)
    near(1e6 * tokens, 2e9)
    near(1e6 * tokens / DAY, 23_000)
    says("about 2,000 tokens make roughly two billion", "about 23,000 input tokens a second")


def test_agent_compounding() -> None:
    near(0.95**10, 0.60)
    says("only about 60 percent over ten")


def test_llm_chat_serving() -> None:
    weights = 70e9 * 2
    assert weights == 140e9 and weights > 80e9
    per_token = 2 * 80 * 8 * 128 * 2
    assert per_token == 327_680 and per_token / 1024 == 320
    context = per_token * 4096
    near(context, 1.34e9, 0.01)
    assert 8 * 80e9 - weights == 500e9
    assert 370 <= 500e9 / context < 375
    # Bandwidth bound: at batch 1 a step moves 140 GB and does 2 operations a parameter, i.e. one
    # operation a byte, far below the hundreds that accelerators of this class can do.
    assert 2 * 70e9 / weights == 1
    says("about 140 GB", "327,680 bytes", "about 320 KiB per token", "some 370 conversations")


def test_rag_vectors() -> None:
    near(50e6 * 1024 * 4, 205e9, 0.01)
    near(50e6 * 1024 * 1, 51e9, 0.01)
    says("take about 205 GB", "int8 brings it down to 51")


def test_schedule_search() -> None:
    candidates = 50 * 10_000
    assert candidates == 500_000
    assert candidates * 30 == 15e6
    near(candidates * 30 / DAY, 174, 0.005)
    assert 50 * 50 * 30 / 3600 < 24  # fifty measured per operator: under a day
    says("all 500,000 candidates", "about 174 days")


def test_training_run() -> None:
    assert 2 + 2 + 4 + 4 + 4 == 16
    assert 16 * 13e9 == 208e9 and 208e9 > 32e9
    assert 13e9 * 2 == 26e9
    operations = 6 * 13e9 * 1e12
    near(operations, 7.8e22, 0.001)
    days = operations / (1000 * 190e12 * 0.4) / DAY
    near(days, 12)
    hours_between_failures = 3 * 365 * 24 / 1000
    near(hours_between_failures, 26, 0.02)
    young = math.sqrt(2 * 2 * hours_between_failures * 60)  # minutes; two minutes a checkpoint
    near(young, 80, 0.02)
    says(
        "some 208 GB",
        "7.8e22 operations, about 12 days",
        "once every 26 hours",
        "every eighty minutes",
    )


def test_vision_inspection() -> None:
    assert 1000 / 20 == 50
    parts = 20 * DAY
    near(parts, 1.7e6)
    near(parts / 1000, 1_700)
    near(parts * 0.999 * 0.005, 8_600, 0.01)
    says("50 milliseconds a part", "about 1.7 million a day", "about 8,600 good parts a day")


def test_image_moderation() -> None:
    bad = 10e6 * 0.005
    assert bad == 50_000
    false_alarms = (10e6 - bad) * 0.01
    assert math.isclose(false_alarms, 99_500) and false_alarms / bad > 1.9
    caught = 0.95 * bad
    assert math.isclose(caught, 47_500)
    flagged = caught + false_alarms
    assert math.isclose(flagged, 147_000)
    assert math.ceil(flagged / 2_000) == 74
    near(caught / flagged, 1 / 3, 0.04)
    says("some 147,000 images are flagged a day, which needs about 74 reviewers")


def test_neighbour_sampling() -> None:
    assert 10 + 10 * 10 == 110
    says("at most 110 nodes")


def test_newsvendor_quantile() -> None:
    assert 4 / (4 + 1) == 0.8
    # The order that minimises expected cost 4 * shortage + 1 * excess on uniform demand 1..1000.
    cost = {
        q: sum(4 * max(d - q, 0) + max(q - d, 0) for d in range(1, 1001))
        for q in range(0, 1001, 10)
    }
    assert abs(min(cost, key=cost.get) - 800) <= 10
    says("80th percentile of demand")


def test_metric_anomalies() -> None:
    near(10e6 / 60, 167_000, 0.005)
    assert 10e6 * 1440 == 14.4e9
    near(10e6 * 1440 * 0.001, 14.4e6)
    assert 10e6 * 1_000 == 10e9
    says("about 167,000 values a second", "about 14 million alarms a day", "ten gigabytes in all")


def test_search_sample_size() -> None:
    p, effect = 0.02, 0.02 * 0.02
    rule = 16 * p * (1 - p) / effect**2
    near(rule, 2e6)
    exact = 2 * (1.959964 + 0.841621) ** 2 * p * (1 - p) / effect**2  # 5 percent, power 80 percent
    near(exact, 2e6, 0.05)
    says("about two million searches in each arm", "0.0004 squared")


def test_downsampling_correction() -> None:
    q, kept = 0.2, 0.1
    near(q / (q + (1 - q) / kept), 0.024, 0.02)
    assert math.isclose((1 - q) / kept, 8)
    # From first principles: odds grow by 1 / kept when negatives are thinned.
    true = 0.0244
    odds = true / (1 - true) / kept
    near(odds / (1 + odds), q, 0.01)
    says("0.2 over 0.2 plus 8, about 0.024")


def test_feature_store() -> None:
    assert 100e6 * 200 * 8 == 160e9
    near(1 - 0.99**10, 0.096, 0.005)
    says("about 160 GB online", "9.6 percent")


def test_labelling() -> None:
    assert math.isclose(0.9**3 + 3 * 0.9**2 * 0.1, 0.972)
    assert math.isclose(3 * 0.9**2 * 0.1, 3 * 0.81 * 0.1)
    near(50_000 / 3, 16_700, 0.005)
    says("about 97 percent of the time", "about 16,700 items")


def test_redaction_residue() -> None:
    assert math.isclose(1e6 * 4 * 0.01, 40_000)
    says("leave 40,000 leaks")


def test_successive_halving() -> None:
    rungs = [(81 // 3**k, 3**k) for k in range(5)]
    assert rungs == [(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)]
    assert sum(n * epochs for n, epochs in rungs) == 405
    resumed, done = 0, 0
    for n, epochs in rungs:
        resumed, done = resumed + n * (epochs - done), epochs
    assert resumed == 297 <= 405  # "at most": runs that resume need less
    assert 81 * 81 == 6_561
    says("at most 405 epochs instead of 6,561")


def test_multiple_testing() -> None:
    assert 5_000 * 100 == 500_000
    assert 500_000 * 0.01 == 5_000
    says("raises about 5,000 false alarms a day")


def test_duplicate_images() -> None:
    near(1e9 * 256 * 4, 1e12)
    assert 1e9 * 32 == 32e9
    assert 1e9 * 8 == 8e9
    says("about one terabyte", "about 32 GB plus ids")


if __name__ == "__main__":
    tests = [value for name, value in dict(globals()).items() if name.startswith("test_")]
    for test in tests:
        test()
    print(len(tests), "tests passed")
