import json

from fsanet.benchmarks import bench_training


def test_every_case_is_timed_in_turn_and_conditions_are_said(tmp_path, monkeypatch, capsys):
    order = []

    def runner(model, batch, augmentation, precision):
        def run():
            order.append((batch, augmentation))
            return 100.0 * batch + len(order), 50.0

        return run

    monkeypatch.setattr(bench_training, "_runner", runner)
    options = "--batch 4 8 --augmentation none paper --turns 3 --json"
    assert bench_training.main([*options.split(), str(tmp_path / "bench.json")]) == 0
    cases = [(4, "none"), (4, "paper"), (8, "none"), (8, "paper")]
    assert order == cases * 4  # once to warm up, then in turn
    found = json.loads((tmp_path / "bench.json").read_text())
    assert [(row["batch"], row["augmentation"]) for row in found["rows"]] == cases
    assert [row["images_per_second"] for row in found["rows"]] == [409, 410, 811, 812]  # the median turn
    assert {"cores", "load", "backend"} <= set(found["conditions"])
    assert "times the original" in capsys.readouterr().out


def test_a_runner_trains_real_steps():
    run = bench_training._runner("ssrnet_ori_mt", 512, "paper", "float32")
    clock, processor = run()
    assert clock > 0
    assert processor > 0
