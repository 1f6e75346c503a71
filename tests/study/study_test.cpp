// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "spillway/explore/study/answers.h"
#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/network_facts.h"
#include "spillway/explore/study/study_directory.h"
#include "spillway/models/data/find_data.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/read_file.h"
#include "spillway/resource/hardware.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;

namespace {

std::string zoo(const std::string& file) { return (find_data("zoo") / file).string(); }

std::string content_of(const std::string& path) { return read_file(path, std::int64_t{1} << 30); }

study_part part_of(std::vector<std::string> networks, study_data data, std::vector<std::string> accumulators) {
  study_part part;
  part.networks = std::move(networks);
  part.data = std::move(data);
  part.accumulators = std::move(accumulators);
  return part;
}

/// A small study of two networks, in both overflows and all scopes.
study_spec small_study() {
  study_part part = part_of({zoo("mnist-linear/qat-w8a1.onnx"), zoo("mnist-linear/a2q-w8a1-p12.onnx")},
                            {"binary-mnist", 300, 0}, {"32", "claimed", "10..13"});
  part.overflow = {overflow_mode::wrap, overflow_mode::saturate};
  part.scope = {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final};
  part.foldings = {{study_goal::kind::cycles, 98, {}}};
  return {"small", {part}, {}};
}

table ask(const std::string& directory, const std::string& sql) {
  return sqlite_database(directory + "/study.sqlite", sqlite_database::access::read).select(sql);
}

double number(const cell& value) {
  return std::holds_alternative<std::int64_t>(value) ? static_cast<double>(std::get<std::int64_t>(value))
                                                     : std::get<double>(value);
}

/// Every point of a study against a whole run of its own, with every frame and every counter.
void check_against_engine(const study_list& study, const std::string& directory) {
  const study_group& group = study.groups.front();
  const dataset& data = study.sets[group.data].values;
  for (const study_point& point : study.groups.front().points) {
    design_options options;
    options.lowering.registers = point.registers.rules;
    if (point.registers.wide) {
      options.lowering.registers.push_back({"MVAU_0", *point.registers.wide});
      options.lowering.registers.push_back({"MVAU_20", *point.registers.wide});
    }
    const design of = load_design(study.networks[group.network].path, options);
    const integer_tensor inputs = quantize_dataset(of.integers, data);
    recorder events(0), counted_events(0);
    const run_result run = run_fast_engine(of.flow, inputs, events);
    const integer_tensor first = quantize_dataset(of.integers, select_frames(data, 0, group.count_frames));
    run_fast_engine(of.flow, first, counted_events);
    const run_score score = score_run(of.integers, run.outputs, run.outputs, data.labels);
    CAPTURE(point.registers.words);
    CAPTURE(to_string(point.registers.beyond));
    const table row =
        ask(directory, fmt::format("SELECT accuracy, events, overflowing, persistent, dot_products, luts, "
                                   "grade FROM points WHERE point = '{}'",
                                   point.key));
    REQUIRE(row.rows.size() == 1);
    const channel_counts counts = counted_events.total();
    CHECK(number(row.rows[0][0]) == score.accuracy);
    CHECK(number(row.rows[0][1]) == static_cast<double>(counts.events));
    CHECK(number(row.rows[0][2]) == static_cast<double>(counts.overflowing_dot_products));
    CHECK(number(row.rows[0][3]) == static_cast<double>(counts.persistent_dot_products));
    CHECK(number(row.rows[0][4]) == static_cast<double>(counts.dot_products));
    CHECK(number(row.rows[0][5]) == price(of.flow, hardware::spillway).luts);
    if (std::get<std::string>(row.rows[0][6]) == "proved") CHECK(counts.events == 0);
    const table units =
        ask(directory, fmt::format("SELECT place, events, persistent FROM point_units WHERE point = '{}'", point.key));
    for (const auto& unit : units.rows) {
      const channel_counts own = counted_events.total(static_cast<std::uint32_t>(number(unit[0])));
      CHECK(number(unit[1]) == static_cast<double>(own.events));
      CHECK(number(unit[2]) == static_cast<double>(own.persistent_dot_products));
    }
  }
}

}  // namespace

TEST_CASE("a point is what a whole simulation of its design says: one layer, every overflow and scope") {
  const testing::temporary_directory scratch;
  study_spec spec = small_study();
  spec.parts[0].networks.resize(1);
  spec.parts[0].foldings = {{}};
  spec.parts[0].accumulators = {"32", "certified", "data-type", "10..13"};
  const study_list study = list_points(spec);
  CHECK(study.points() == 7 * 6);
  make_study(study, {scratch.file("study"), false, ""});
  check_against_engine(study, scratch.file("study"));
}

TEST_CASE("a point is what a whole simulation says: 21 layers, with overflows counted on some frames") {
  const testing::temporary_directory scratch;
  study_part part = part_of({zoo("resnet18-cifar10/qat-w4a4.onnx")}, {"cifar10-first-200", 6, 0}, {"9,12,certified"});
  part.wide = "32";
  part.overflow = {overflow_mode::wrap, overflow_mode::saturate};
  for (const std::int64_t counted : {0, 2}) {
    part.count_frames = counted;
    const study_list study = list_points({"", {part}, {}});
    const std::string directory = scratch.file(fmt::format("study-{}", counted));
    make_study(study, {directory, false, ""});
    check_against_engine(study, directory);
  }
}

TEST_CASE("what a policy means for a network") {
  const testing::temporary_directory scratch;
  study_part part = part_of(
      {zoo("tfc-mnist/qat-w4a4.onnx"), zoo("tfc-mnist/a2q-w4a4-p9.onnx"), zoo("tfc-mnist/wrapnet-w4a4-p8.onnx")},
      {"mnist-first-500", 100, 100}, {"claimed", "trained_to_wrap", "data-type", "observed:1"});
  part.calibration = study_data{"mnist-first-500", 100, 0};
  make_study(list_points({"", {part}, {}}), {scratch.file("study"), false, ""});
  const auto text = [&](const std::string& sql) {
    const table found = ask(scratch.file("study"), sql);
    REQUIRE(found.rows.size() == 1);
    return std::get<std::string>(found.rows[0][0]);
  };
  const auto point = [](const char* what, const char* method, const char* policy) {
    return fmt::format("SELECT {} FROM points JOIN networks USING(network) WHERE method = '{}' AND policy = '{}'", what,
                       method, policy);
  };
  CHECK(text(point("status || ': ' || reason", "qat", "claimed")) == "not applicable: the file claims no width");
  CHECK(text(point("status || ': ' || reason", "a2q", "trained_to_wrap")) ==
        "not applicable: the file was not trained to wrap");
  CHECK(text(point("status || bits", "a2q", "claimed")) == "done9");
  CHECK(text(point("status || bits", "wrapnet", "trained_to_wrap")) == "done8");
  CHECK(text("SELECT group_concat(point_units.bits = data_type_bits, '') FROM point_units JOIN points USING(point) "
             "JOIN layers "
             "USING(network, unit) JOIN networks USING(network) WHERE policy = 'data-type' AND method = 'qat'") ==
        "1111");
  // Layers without a claim are certified beside those that have one.
  CHECK(text("SELECT group_concat(accumulator_from, ' ') FROM point_units JOIN points USING(point) JOIN networks "
             "USING(network) WHERE policy = 'claimed' AND method = 'a2q'") == "certified claimed claimed certified");
}

TEST_CASE("an observed register holds every sum of its calibration data, and with one bit less not") {
  const design of = load_design(zoo("tfc-mnist/qat-w4a4.onnx"), {});
  const integer_tensor inputs = quantize_dataset(of.integers, select_frames(load_dataset("mnist-first-500"), 0, 50));
  for (const char* spec : {"observed:wrap:per_cycle", "observed:saturate:per_product", "observed:0:wrap:final"}) {
    CAPTURE(spec);
    lowering_options choices = of.choices;
    choices.registers = {parse_register_rule(spec)};
    REQUIRE(asks_for_observed(choices));
    CHECK_THROWS_AS(lower(of.integers, choices), config_error);
    const lowering_options observed = *observe_registers(of.integers, choices, inputs);
    REQUIRE_FALSE(asks_for_observed(observed));
    const dataflow flow = lower(of.integers, observed);
    CHECK(flow.registers.at("MVAU_1").from == register_policy::observed);
    recorder none(0);
    run_fast_engine(flow, inputs, none);
    CHECK(none.total().events == 0);
    for (const register_rule& rule : observed.registers) {
      lowering_options narrower = observed;
      narrower.registers.push_back(rule);
      --narrower.registers.back().choice.format.bits;
      const dataflow less = lower(of.integers, narrower);
      recorder some(0);
      run_fast_engine(less, inputs, some);
      CHECK(some.total().events > 0);
    }
  }
}

TEST_CASE("a study that is stopped anywhere and goes on is the same bytes, and so is one that was extended") {
  const testing::temporary_directory scratch;
  const study_list study = list_points(small_study());
  REQUIRE(study.points() == 72);
  const std::string whole = scratch.file("whole");
  CHECK(make_study(study, {whole, false, ""}).made == 72);
  const std::string expected = content_of(whole + "/study.sqlite");
  const study_result again = make_study(study, {whole, false, ""});
  CHECK(again.made == 0);
  CHECK(again.present == 72);
  CHECK(content_of(whole + "/study.sqlite") == expected);
  for (const std::uint64_t stop : {0, 1, 17, 40, 71}) {
    CAPTURE(stop);
    const std::string directory = scratch.file(fmt::format("stopped-{}", stop));
    study_options options;
    options.on_progress = [&](const study_progress& now) { return now.points_done < stop; };
    const study_result part = make_study(study, {directory, false, ""}, options);
    CHECK(part.stopped);
    CHECK(part.made == stop);
    const study_result rest = make_study(study, {directory, false, ""});
    CHECK(rest.present == stop);
    CHECK(rest.made == 72 - stop);
    CHECK(content_of(directory + "/study.sqlite") == expected);
  }
  study_spec less = small_study();
  less.parts[0].accumulators = {"11"};
  less.parts[0].networks.resize(1);
  const std::string extended = scratch.file("extended");
  CHECK(make_study(list_points(less), {extended, false, ""}).made == 6);
  CHECK(make_study(study, {extended, false, ""}).made == 66);
  CHECK(content_of(extended + "/study.sqlite") == expected);
}

TEST_CASE("the same study with several threads, in another directory, is the same bytes") {
  const testing::temporary_directory scratch;
  const study_list study = list_points(small_study());
  study_options threads;
  threads.threads = 3;
  make_study(study, {scratch.file("a"), false, "a"});
  make_study(study, {scratch.file("b"), false, "b"}, threads);
  CHECK(content_of(scratch.file("a") + "/study.sqlite") == content_of(scratch.file("b") + "/study.sqlite"));
}

TEST_CASE("the intervals and losses of answers") {
  frame_answers exact, now;
  for (int i = 0; i < 10; ++i) {
    exact.good.push_back(1);
    now.good.push_back(i < 8 ? 1 : 0);
  }
  const mean_interval mean = mean_of(now, study_metric::top1);  // Wilson's 8 of 10: 0.4902 to 0.9433
  CHECK(mean.value == doctest::Approx(0.8));
  CHECK(mean.low == doctest::Approx(0.4902).epsilon(0.0002));
  CHECK(mean.high == doctest::Approx(0.9433).epsilon(0.0002));
  CHECK(loss_of(exact, now).value == doctest::Approx(0.2));
  CHECK(loss_of(exact, now).error == doctest::Approx(std::sqrt(0.16 / 9)));
  CHECK(loss_of(exact, exact).error == 0);
}

TEST_CASE("the entropy of weights") {
  CHECK(entropy_of(integer_tensor::from(signed_type(4), {2, 2}, {0, 1, 2, 3})) == doctest::Approx(2));
  CHECK(entropy_of(integer_tensor::from(signed_type(4), {4, 1}, {5, 5, 5, 5})) == doctest::Approx(0));
  CHECK(entropy_of(integer_tensor::from(signed_type(4), {8, 1}, {0, 0, 0, 0, 0, 0, 0, 1})) ==
        doctest::Approx(0.543564));
}

TEST_CASE("a study file is read, and what it has wrong is named") {
  const testing::temporary_directory scratch;
  const auto read = [&](const std::string& text) {
    write_file_atomically(scratch.file("study.json"), text);
    return read_study(scratch.file("study.json"));
  };
  const study_spec spec = read(R"({"name": "n", "data": {"name": "d", "frames": 5}, "wide": "certified",
    "parts": [{"networks": "a.onnx", "accumulators": [32, "8..16", ["9", "MVAU_0=32"]]},
              {"networks": ["b", "c"], "foldings": [{"fps": 1000}, "default"], "overflow": "saturate"}]})");
  REQUIRE(spec.parts.size() == 2);
  CHECK(spec.parts[0].accumulators == std::vector<std::string>{"32", "8..16", "9 MVAU_0=32"});
  CHECK(spec.parts[1].data == study_data{"d", 5, 0});
  CHECK(spec.parts[1].foldings[0] == study_goal{study_goal::kind::fps, 1000, {}});
  CHECK(spec.parts[1].overflow == std::vector{overflow_mode::saturate});
  CHECK(spec.parts[1].wide == "certified");
  CHECK(read(to_study_file(spec)).parts.size() == 2);
  CHECK(to_json(read(to_study_file(spec))) == to_json(spec));
  CHECK_THROWS_WITH_AS(read(R"({"network": []})"), doctest::Contains("no key 'network'; nearest: networks"),
                       input_error);
  CHECK_THROWS_WITH_AS(read(R"({"foldings": [{"fsp": 1}]})"), doctest::Contains("foldings"), input_error);
  CHECK_THROWS_WITH_AS(read(R"({"parts": []})"), doctest::Contains("parts"), input_error);
  CHECK_THROWS_AS(read(R"({"overflow": "wraps"})"), config_error);
  CHECK_THROWS_WITH_AS(list_points(read(R"({"networks": "a.onnx"})")), doctest::Contains("no data"), config_error);
  CHECK_THROWS_AS(list_points(read(R"({"networks": "a.onnx", "data": "binary-mnist"})")), io_error);
}

TEST_CASE("register choices from files, with alternatives, and with what they leave open") {
  const testing::temporary_directory scratch;
  write_file_atomically(scratch.file("widths"), "# a comment\n\n 12 \nMVAU_0=32:saturate # wide\n");
  const auto texts = register_texts({"9", "@" + scratch.file("widths"), "MVAU_1=7"});
  CHECK(texts == std::vector<std::string>{"9", "12", "MVAU_0=32:saturate", "MVAU_1=7"});
  write_file_atomically(scratch.file("wrong"), "12\nMVAU_0=certifed\n");
  CHECK_THROWS_WITH_AS(register_texts({"@" + scratch.file("wrong")}), doctest::Contains("wrong:2: "), config_error);
  CHECK_THROWS_AS(register_texts({"@" + scratch.file("absent")}), io_error);
  const accumulator_format open{0, overflow_mode::saturate, limit_scope::final};
  CHECK(to_string(parse_register_rule("12", open)) == "12:saturate:final");
  CHECK(to_string(parse_register_rule("L=12:wrap", open)) == "L=12:wrap:final");
  CHECK(to_string(parse_register_rule("observed:2", open)) == "observed:2:saturate:final");
  CHECK(to_string(parse_register_rule("observed:wrap", open)) == "observed:wrap:final");
  CHECK(to_string(parse_register_rule("certified:wrap:per_product", open)) == "certified:wrap:per_product");
  CHECK_THROWS_WITH_AS(parse_register_rule("observed:-1"), doctest::Contains("margin"), config_error);
}
