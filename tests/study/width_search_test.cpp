// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "spillway/explore/study/study_directory.h"
#include "spillway/explore/study/width_search.h"
#include "spillway/models/data/find_data.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;

namespace {

const std::string tfc = (find_data("zoo") / "tfc-mnist/qat-w4a4.onnx").string();

lowering_options asking(const design& of, const std::vector<std::string>& rules) {
  lowering_options choices = of.choices;
  choices.registers.clear();
  for (const std::string& rule : rules) choices.registers.push_back(parse_register_rule(rule));
  return choices;
}

/// Points of accuracy that the registers lose, by a run of the fast engine over all frames and nothing else.
double points_lost(const design& of, const lowering_options& choices, const dataset& data) {
  const integer_tensor inputs = quantize_dataset(of.integers, data);
  const auto right = [&](const std::vector<register_rule>& registers) {
    lowering_options own = choices;
    own.registers = registers;
    recorder none(0);
    const integer_tensor outputs = run_fast_engine(lower(of.integers, own), inputs, none).outputs;
    const run_score score = score_run(of.integers, outputs, outputs, data.labels);
    int count = 0;
    for (std::size_t f = 0; f < score.frames.size(); ++f)
      count += score.frames[f].simulated_class == data.labels[f] ? 1 : 0;
    return count;
  };
  const int lost = right({parse_register_rule("48")}) - right(choices.registers);
  return 100.0 * lost / static_cast<double>(data.frames());
}

}  // namespace

TEST_CASE("searched widths lose no more than allowed, cost what they say, and no layer alone can be cheaper") {
  const design of = load_design(tfc, {});
  const dataset data = select_frames(load_dataset("mnist-first-500"), 0, 250);
  for (const std::string spec : {"searched:2:wrap", "searched:0:saturate:per_product", "searched:10:saturate:final"}) {
    CAPTURE(spec);
    const lowering_options asked = asking(of, {spec});
    REQUIRE(asks_for_searched(asked));
    CHECK_THROWS_AS(lower(of.integers, asked), config_error);
    const found_widths found = *search_widths(of, asked, data);
    CHECK_FALSE(asks_for_searched(found.choices));
    CHECK(100 * found.loss.value == doctest::Approx(points_lost(of, found.choices, data)));
    CHECK(points_lost(of, found.choices, data) <= found.allowed + 1e-9);
    CHECK(found.frames == 250);
    const auto luts = [&](const lowering_options& choices) {
      return price(lower(of.integers, choices), hardware::spillway).luts;
    };
    CHECK(found.luts == doctest::Approx(luts(found.choices)));
    CHECK(found.certified_luts == doctest::Approx(luts(asking(of, {"certified"}))));
    CHECK(found.luts <= found.certified_luts);
    // One bit less anywhere, if it is cheaper, loses too much.
    for (const register_rule& rule : found.choices.registers) {
      lowering_options narrower = found.choices;
      narrower.registers.push_back(rule);
      const accumulator_format beyond = parse_register_rule(spec).choice.format;
      narrower.registers.back().choice.format.overflow = beyond.overflow;
      narrower.registers.back().choice.format.scope = beyond.scope;
      if (--narrower.registers.back().choice.format.bits < 1 || luts(narrower) >= found.luts) continue;
      CAPTURE(to_string(narrower.registers.back()));
      CHECK(points_lost(of, narrower, data) > found.allowed);
    }
  }
}

TEST_CASE("a search leaves alone what is not to be searched for, and more loss never costs more") {
  const design of = load_design(tfc, {});
  const dataset data = select_frames(load_dataset("mnist-first-500"), 0, 100);
  const found_widths one = *search_widths(of, asking(of, {"certified", "MVAU_1=searched:5"}), data);
  const dataflow flow = lower(of.integers, one.choices);
  for (const auto& [name, origin] : flow.registers)
    CHECK(origin.from == (name == "MVAU_1" ? register_policy::searched : register_policy::certified));
  double before = 0;
  for (const std::string loss : {"20", "5", "0"}) {
    const double luts = search_widths(of, asking(of, {"searched:" + loss}), data)->luts;
    CHECK(luts >= before);
    before = luts;
  }
  const auto stopped = search_widths(of, asking(of, {"searched"}), data,
                                     {.on_progress = [](const width_search_progress&) { return false; }});
  CHECK_FALSE(stopped);
}

TEST_CASE("what can't be searched is refused") {
  const design of = load_design(tfc, {});
  dataset data = select_frames(load_dataset("mnist-first-500"), 0, 10);
  CHECK_THROWS_WITH_AS(search_widths(of, asking(of, {"searched:1", "MVAU_1=searched:2"}), data),
                       doctest::Contains("expected one loss"), config_error);
  data.labels.clear();
  CHECK_THROWS_WITH_AS(search_widths(of, asking(of, {"searched"}), data),
                       doctest::Contains("expected data with labels"), config_error);
  for (const char* wrong : {"searched:-1", "searched:101", "searched:1e", "searched:wrapp"})
    CHECK_THROWS_AS(parse_register_rule(wrong), config_error);
  for (const char* text : {"searched:0.5:saturate:final", "MVAU_1=searched:1:wrap:per_cycle"})
    CHECK(to_string(parse_register_rule(text)) == text);
}

TEST_CASE("a study searches widths on its validation data, and says what a proof would cost") {
  const testing::temporary_directory scratch;
  study_part part;
  part.networks = {tfc};
  part.data = {"mnist-first-500", 250, 250};
  part.accumulators = {"certified", "searched:2"};
  part.validation = study_data{"mnist-first-500", 250, 0};
  const std::string where = scratch.file("study");
  make_study(list_points({"", {part}, {}}), {where, false, ""});
  const sqlite_database store(where + "/study.sqlite", sqlite_database::access::read);
  const table row = store.select(
      "SELECT searches.frames, allowed, searches.luts = points.luts, certified_luts = (SELECT luts FROM points WHERE "
      "policy = 'certified'), data.first_frame, data.frames FROM searches JOIN points USING(point) JOIN data ON "
      "data.data = validation");
  REQUIRE(row.rows.size() == 1);
  const std::vector<cell> expected{std::int64_t{250}, 2.0, std::int64_t{1}, std::int64_t{1}, std::int64_t{0},
                                   std::int64_t{250}};
  CHECK(row.rows[0] == expected);
  const table again = store.select("SELECT COUNT(*) FROM point_units WHERE accumulator_from = 'searched'");
  CHECK(std::get<std::int64_t>(again.rows[0][0]) == 4);
  // Other validation data are another point; the one that is there stays.
  part.validation = study_data{"mnist-first-500", 200, 0};
  const study_result more = make_study(list_points({"", {part}, {}}), {where, false, ""});
  CHECK(more.present == 1);
  CHECK(more.made == 1);
  // The zoo's file says that 5,000 images were held back, and of what; the one of binary images does not.
  part.validation.reset();
  part.networks = {(find_data("zoo") / "mnist-linear/qat-w8a1.onnx").string()};
  part.data = {"binary-mnist", 10, 0};
  CHECK_THROWS_WITH_AS(list_points({"", {part}, {}}), doctest::Contains("expected validation"), config_error);
}
