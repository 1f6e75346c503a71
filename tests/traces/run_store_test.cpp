// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_store.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <limits>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/full_disk.h"
#include "spillway/tests/traces/sample_events.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/query.h"

namespace spillway {
namespace {

using testing::full_disk_outcome;
using testing::message_of;
using testing::sample_event;
using testing::sample_events;
using testing::sample_info;
using testing::sample_units;
using testing::temporary_directory;
using testing::wide_event;

table read(const std::string& path, const std::string& sql) {
  return sqlite_database(path, sqlite_database::access::read).select(sql);
}

std::string store_path(const temporary_directory& folder) { return folder.file("run.sqlite"); }

TEST_CASE("every table holds what was written, under the names that the documentation gives") {
  const temporary_directory folder;
  const std::string path = store_path(folder);
  run_store store(path, sample_info());
  store.write_units(sample_units());
  const channel_counts counts[] = {{100, 7, 5, 2}, {100, 0, 0, 0}};
  const int certified[] = {15, 9};
  store.write_counts(0, counts, certified);
  store.write_counts(1, counts, {});
  store.write_frames(std::vector<frame_row>{{0, 3, 4, 3, 12, 0.5}, {1, std::nullopt, 1, 1, std::nullopt, 0}});
  store.write_activity(std::vector<activity_row>{{0, 90, 5, 3, 2}});
  store.write_costs(std::vector<cost_row>{
      {0, "mult", 176.5, "SIMD*..."}, {0, "bram18", 18, "..."}, {0, "ff", 40, "", "finn-hls", {}, {}, 38, 42.5}});
  price_row unit_price{"spillway", 0, "MVAU_0", "mvau", 176.5};
  unit_price.luts_low = 170;
  unit_price.luts_high = 180;
  unit_price.bram18 = 18;
  price_row stream_price{"spillway", std::nullopt, "MVAU_0 -> MVAU_1", "stream", 3};
  stream_price.ff = 8;
  store.write_prices(std::vector<price_row>{unit_price, stream_price});
  run_totals totals;
  totals.frames = 2;
  totals.accuracy = 0.5;
  totals.mean_abs_error = 0.25;
  store.write_totals(totals);
  store.finish(1.5, true);

  const auto unit = read(path, "SELECT * FROM units WHERE unit = 1");
  CHECK(unit.columns == std::vector<std::string>{"unit",
                                                 "name",
                                                 "kind",
                                                 "mh",
                                                 "mw",
                                                 "pe",
                                                 "simd",
                                                 "weight_bits",
                                                 "input_type",
                                                 "accumulator_bits",
                                                 "overflow",
                                                 "scope",
                                                 "latency",
                                                 "layer",
                                                 "weight_type",
                                                 "output_type",
                                                 "claimed_bits",
                                                 "l1_bound",
                                                 "data_type_bound",
                                                 "zeros",
                                                 "cycles_per_frame"});
  CHECK(to_csv(unit).ends_with("1,MVAU_1,mvau,10,10,5,5,8,UINT4,12,saturate,per_cycle,6,,,,,,,,\n"));
  unit_row known = sample_units()[1];
  known.layer = "MatMul_1";
  known.weight_type = "INT8";
  known.output_type = "UINT4";
  known.claimed_bits = 14;
  known.l1_bound = 15;
  known.data_type_bound = 16;
  known.zeros = 7;
  known.cycles_per_frame = 4;
  store.write_units(std::vector<unit_row>{known});
  CHECK(to_csv(read(path, "SELECT * FROM units WHERE unit = 1"))
            .ends_with("saturate,per_cycle,6,MatMul_1,INT8,UINT4,14,15,16,7,4\n"));
  store.write_streams(
      std::vector<stream_row>{{0, {}, 0, 8, 100, 2}, {1, 0, 1, 16, 10, 40, 37}, {2, 1, {}, 4, 1, 2, 2}});
  CHECK(to_csv(read(path, "SELECT * FROM streams")) ==
        "stream,from_unit,to_unit,bits,beats,depth,peak\n0,,0,8,100,2,\n1,0,1,16,10,40,37\n2,1,,4,1,2,2\n");
  store.write_units(std::vector<unit_row>{{2, "Padding_0", "padding"}});
  CHECK(to_csv(read(path, "SELECT * FROM units WHERE unit = 2")).ends_with("2,Padding_0,padding,,,,,,,,,,,,,,,,,,\n"));
  CHECK(to_csv(read(path, "SELECT * FROM channels")) ==
        "unit,channel,dot_products,events,overflowing,persistent,certified_bits\n"
        "0,0,100,7,5,2,15\n0,1,100,0,0,0,9\n1,0,100,7,5,2,\n1,1,100,0,0,0,\n");
  CHECK(to_csv(read(path, "SELECT * FROM frames")) ==
        "frame,label,class,exact_class,events,abs_error\n0,3,4,3,12,0.5\n1,,1,1,,0\n");
  CHECK(to_csv(read(path, "SELECT * FROM activity")) == "unit,working,starved,blocked,draining\n0,90,5,3,2\n");
  CHECK(to_csv(read(path, "SELECT * FROM costs")) ==
        "unit,term,luts,formula,hardware,category,stream,low,high\n0,mult,176.5,SIMD*...,spillway,,,,\n"
        "0,bram18,18,...,spillway,,,,\n0,ff,40,\"\",finn-hls,,,38,42.5\n");
  CHECK(to_csv(read(path, "SELECT * FROM prices")) ==
        "hardware,unit,name,kind,luts,luts_low,luts_high,ff,ff_low,ff_high,bram18,uram,dsp,sites\n"
        "spillway,0,MVAU_0,mvau,176.5,170,180,,,,18,0,0,\n"
        "spillway,,MVAU_0 -> MVAU_1,stream,3,,,8,,,0,0,0,\n");
  CHECK(to_csv(read(path, "SELECT * FROM totals WHERE key IN ('accuracy', 'exact_accuracy', 'frames')")) ==
        "key,value\naccuracy,0.5\nexact_accuracy,\nframes,2\n");
  CHECK(to_csv(read(path, "SELECT value FROM meta WHERE key IN ('log_capped', 'schema', 'wall_seconds')")) ==
        "value\n1\nspillway-run-1\n1.500\n");
}

TEST_CASE("events come back as they were, the widest included") {
  const temporary_directory folder;
  const big_int huge = (big_int(1) << 4095) - 1;
  const big_int beyond = big_int(std::numeric_limits<std::int64_t>::max()) + 1;
  auto events = sample_events(100);
  events.push_back(wide_event(100, {huge, -huge, -huge - 1, 0}));
  events.push_back(wide_event(101, {-beyond - 1, beyond, beyond - 1, -beyond}));
  events.push_back(wide_event(102, {1, 2, 3, -1}));  // wide storage, narrow values
  events.push_back(sample_event(103));
  events.back().narrow = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(), -1, 0};
  events.back().cycle = std::numeric_limits<std::int64_t>::max();
  run_store store(store_path(folder), sample_info());
  store.write_events(std::span(events).first(50));
  store.write_events(std::span(events).subspan(50));
  store.finish(0, false);
  const auto loaded = query(folder.path()).load_events();
  REQUIRE(loaded.size() == events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    CAPTURE(i);
    CHECK(loaded[i] == events[i]);
  }
  CHECK_FALSE(loaded[102].wide);
  const auto types = read(store_path(folder), "SELECT typeof(before), typeof(exact) FROM events WHERE rowid = 102");
  CHECK(to_csv(types) == "typeof(before),typeof(exact)\ntext,integer\n");  // -2^63 - 1 is text, 2^63 - 1 an integer
}

TEST_CASE("a million events are stored and indexed in seconds") {
  const temporary_directory folder;
  const auto events = sample_events(1'000'000);
  const auto start = std::chrono::steady_clock::now();
  run_store store(store_path(folder), sample_info());
  store.write_events(events);
  store.finish(0, false);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  MESSAGE("1,000,000 events: " << seconds.count() << " s, "
                               << std::filesystem::file_size(store_path(folder)) / 1'000'000 << " MB");
  CHECK(seconds.count() < 60);  // a limit for sanitizers and busy machines; docs/run-directory.md has the figure
  const auto counted = read(store_path(folder), "SELECT COUNT(*) FROM events WHERE unit = 1 AND channel = 3");
  CHECK(counted.rows[0][0] == cell(std::int64_t{100'000}));
  const auto plan = read(store_path(folder), "EXPLAIN QUERY PLAN SELECT * FROM events WHERE unit = 1 AND channel = 3");
  CHECK(to_csv(plan).find("events_by_channel") != std::string::npos);
}

/// What a process leaves that stores 1,000 events and is killed in the middle of the next transaction, after that has
/// reached the file.
void store_and_die(const std::string& path) {
  run_store store(path, sample_info());
  store.write_units(sample_units());
  const channel_counts counts[] = {{10, 2, 1, 0}};
  store.write_counts(0, counts, {});
  store.write_events(sample_events(1000));
  sqlite_database same(path, sqlite_database::access::update);
  same.execute("PRAGMA cache_size = 5");
  const sqlite_transaction all(same);
  same.execute(
      "DELETE FROM events; DELETE FROM units;"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
      "INSERT INTO events(frame, unit) SELECT i, 0 FROM n");
  raise(SIGKILL);
}

/// Every table but for what the two files of tests differ in.
std::string all_of(const std::string& path) {
  std::string text;
  const sqlite_database database(path, sqlite_database::access::read);
  for (const auto& row : database.select("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").rows) {
    const std::string name = std::get<std::string>(row[0]);
    text +=
        name + "\n" + to_csv(database.select("SELECT * FROM " + name + (name == "events" ? " ORDER BY rowid" : "")));
  }
  return text;
}

TEST_CASE("a run that goes on after a checkpoint comes to the rows of one that was never interrupted") {
  // The log in the order of the hardware: the first unit is ahead of the second by two frames.
  std::vector<overflow_event> log;
  for (std::uint64_t time = 0; time < 40; ++time)
    for (const std::uint64_t unit : {0, 1}) {
      overflow_event event = sample_event(2 * time + unit);
      event.unit = static_cast<std::uint32_t>(unit);
      event.frame = unit == 0 ? time : time - 2;
      if (unit == 0 || time >= 2) log.push_back(event);
    }
  const std::vector<channel_counts> at_17{{17, 3, 2, 1}}, at_end{{40, 8, 7, 2}};
  const frame_row row_16{1016, 1, 2, std::nullopt, 3, std::nullopt}, row_39{1039, 1, 2, 2, 3, 0.5};
  const temporary_directory folder;
  const std::string whole = folder.file("whole.sqlite"), path = folder.file("parts.sqlite");
  const auto end = [&](run_store& store) {
    store.write_frames(std::vector<frame_row>{row_39});
    store.write_checkpoint({{40, true}, {}, {at_end, at_end}, log, 1000});
    store.finish(1, false);
  };
  {
    run_store store(whole, sample_info());
    store.write_frames(std::vector<frame_row>{row_16});
    end(store);
  }
  {
    run_store store(path, sample_info());
    const std::vector<frame_row> rows{row_16};
    const std::size_t logged = 38;  // unit 0 is in frame 19
    store.write_checkpoint({{9, false}, {}, {at_17, at_17}, std::span(log).first(20), 1000});
    store.write_checkpoint({{17, false}, rows, {at_17, at_17}, std::span(log).first(logged), 1000});
  }
  run_store store(path);
  CHECK(store.read_progress().frames == 17);
  recorded_frames earlier = store.read_recorded(2, 1000);
  CHECK(earlier.frames == 17);
  CHECK(earlier.counts == std::vector<std::vector<channel_counts>>{at_17, at_17});
  REQUIRE(earlier.events.size() == 38);
  for (std::size_t i = 0; i < earlier.events.size(); ++i) CHECK(earlier.events[i] == log[i]);
  // The engine reports frames from 17 on; what the log has of them is not taken again.
  recorder goes_on(1000, std::move(earlier));
  CHECK(goes_on.first_frame() == 17);
  for (const overflow_event& event : log)
    if (event.frame >= 17) goes_on.log(event);
  CHECK(std::equal(log.begin(), log.end(), goes_on.events().begin(), goes_on.events().end()));
  end(store);
  CHECK(all_of(path) == all_of(whole));
}

TEST_CASE("a reader who holds the file is left with the old one, and the run goes on") {
  const temporary_directory folder;
  run_store store(store_path(folder), sample_info());
  store.write_units(sample_units());
  const sqlite_database reader(store_path(folder), sqlite_database::access::read);
  sqlite_statement rows = reader.prepare("SELECT name FROM units");
  REQUIRE(rows.step());
  store.write_frames(std::vector<frame_row>{{0, 3, 4, 3, 12, 0.5}});
  store.write_events(sample_events(10));
  store.finish(1, false);
  CHECK(rows.step());  // the reader still reads
  const query run(folder.path());
  CHECK(run.finished());
  CHECK(run.load_events() == sample_events(10));
  CHECK(run.flips().rows.size() == 1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator()) == 1);
}

TEST_CASE("what was finished survives kill -9 in the middle of a write") {
  const temporary_directory folder;
  const std::string path = store_path(folder);
  const pid_t child = fork();
  if (child == 0) {
    store_and_die(path);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  REQUIRE(std::filesystem::file_size(path + "-journal") > 0);  // it really was in the middle
  const query left(folder.path());
  CHECK_FALSE(left.finished());
  CHECK(left.load_events() == sample_events(1000));
  CHECK(left.select("SELECT name FROM units").rows.size() == 2);
  CHECK(left.channels().rows.size() == 1);
  CHECK(left.flips().rows.empty());
}

TEST_CASE("one file remains") {
  const temporary_directory folder;
  {
    run_store store(store_path(folder), sample_info());
    store.write_events(sample_events(100));
    store.finish(0, false);
  }
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++files;
    CHECK(entry.path().filename() == "run.sqlite");
  }
  CHECK(files == 1);
}

TEST_CASE("rows that are written again replace the earlier ones") {
  const temporary_directory folder;
  run_store store(store_path(folder), sample_info());
  store.write_frames(std::vector<frame_row>{{0, 1, 1, 1, 0, 0}});
  store.write_frames(std::vector<frame_row>{{0, 1, 2, 1, 5, 0.5}, {1, 1, 1, 1, 0, 0}});
  store.write_meta("seed", "7");
  store.write_meta("seed", "8");
  CHECK(to_csv(read(store_path(folder), "SELECT class, events FROM frames")) == "class,events\n2,5\n1,0\n");
  CHECK(to_csv(read(store_path(folder), "SELECT value FROM meta WHERE key = 'seed'")) == "value\n8\n");
}

TEST_CASE("what cannot be stored is refused in one line") {
  const temporary_directory folder;
  run_store store(store_path(folder), sample_info());
  CHECK(message_of<io_error>([&] { run_store(store_path(folder), sample_info()); }).find("exists already") !=
        std::string::npos);
  const channel_counts counts[] = {{1, 0, 0, 0}, {1, 0, 0, 0}};
  const int certified[] = {9};
  CHECK(message_of<config_error>([&] { store.write_counts(0, counts, certified); }) ==
        "certified_bits of unit 0 has 1 entries; expected one a channel: 2");
}

TEST_CASE("a full disk keeps the phases that were finished") {
  const temporary_directory folder;
  const auto outcome = testing::on_full_disk<io_error>(folder.path(), [&] {
    run_store store(store_path(folder), sample_info());
    store.write_units(sample_units());
    try {
      store.write_events(sample_events(100'000));
    } catch (const io_error&) {
      const query left(folder.path());
      if (left.select("SELECT * FROM units").rows.size() != 2 || !left.load_events().empty()) return;
      throw;
    }
  });
  if (outcome == full_disk_outcome::cannot_mount)
    MESSAGE("skipped: this system does not let us mount a small disk");
  else
    CHECK(outcome == full_disk_outcome::refused);
}

}  // namespace
}  // namespace spillway
