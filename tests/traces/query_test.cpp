// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/query.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/sample_events.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/run_store.h"
#include "spillway/traces/sqlite.h"

namespace spillway {
namespace {

using testing::is_one_line;
using testing::message_of;
using testing::sample_events;
using testing::sample_info;
using testing::sample_units;
using testing::temporary_directory;

/// A run of two units and three channels each, 40 events of which `logged` are in the log.
void make_run(const std::string& directory, std::size_t logged = 40) {
  run_store store(directory + "/run.sqlite", sample_info());
  store.write_units(sample_units());
  const channel_counts first[] = {{100, 5, 5, 1}, {100, 30, 25, 0}, {0, 0, 0, 0}};
  const channel_counts second[] = {{100, 0, 0, 0}, {100, 5, 5, 5}, {100, 0, 0, 0}};
  const int certified[] = {15, 16, 9};
  store.write_counts(0, first, certified);
  store.write_counts(1, second, {});
  store.write_events(sample_events(logged));
  store.write_frames(std::vector<frame_row>{{0, 3, 3, 3, 4, 0},
                                            {1, 3, 4, 3, 4, 2.5},
                                            {2, 4, 4, 3, 4, 1.5},
                                            {3, 5, 4, 3, 4, 1},
                                            {4, std::nullopt, 1, 2, std::nullopt, 1}});
  store.write_totals({});
  store.finish(0.5, logged < 40);
}

TEST_CASE("channels are listed worst first, with exact counts and rates") {
  const temporary_directory folder;
  make_run(folder.path(), 3);  // a capped log changes nothing here
  const query run(folder.path());
  CHECK(to_csv(run.channels()) ==
        "unit,name,channel,dot_products,events,overflowing,persistent,overflow_rate,certified_bits\n"
        "0,MVAU_0,1,100,30,25,0,0.25,16\n"
        "0,MVAU_0,0,100,5,5,1,0.05,15\n"
        "1,MVAU_1,1,100,5,5,5,0.05,\n"
        "0,MVAU_0,2,0,0,0,0,,9\n"
        "1,MVAU_1,0,100,0,0,0,0,\n"
        "1,MVAU_1,2,100,0,0,0,0,\n");
  CHECK(run.channels({.unit = "MVAU_1", .limit = 0}).rows.size() == 3);
  CHECK(run.channels({.unit = "0", .channel = 2, .limit = 0}).rows.size() == 1);
  CHECK(run.channels({.limit = 2}).rows.size() == 2);
}

TEST_CASE("layers are told with what is proven of them and how they fared, in the order of the units") {
  const temporary_directory folder;
  make_run(folder.path(), 3);
  const query run(folder.path());
  CHECK(to_csv(run.layers()) ==
        "unit,name,layer,register,certified_bits,claimed_bits,channels,proved_channels,overflowing_channels,"
        "dot_products,events,overflowing,persistent,overflow_rate,cycles_per_frame\n"
        "0,MVAU_0,,14:wrap:per_product,16,,3,1,2,200,35,30,1,0.15,\n"
        "1,MVAU_1,,12:saturate:per_cycle,,,3,0,1,300,5,5,5,0.016666666666666666,\n");
  CHECK(run.layers({.unit = "MVAU_1", .limit = 0}).rows.size() == 1);
  CHECK(run.layers({.limit = 1}).rows.size() == 1);
}

TEST_CASE("layers of a run that was made before they had names are told without") {
  const temporary_directory folder;
  make_run(folder.path());
  const std::string path = folder.file("run.sqlite");
  const table now = query(folder.path()).layers();
  for (const char* column : {"layer", "claimed_bits", "cycles_per_frame"})
    sqlite_database(path, sqlite_database::access::update)
        .execute(std::string("ALTER TABLE units DROP COLUMN ") + column);
  CHECK(query(folder.path()).layers() == now);
}

TEST_CASE("frames that changed their class are told with what it did to the answer") {
  const temporary_directory folder;
  make_run(folder.path());
  CHECK(to_csv(query(folder.path()).flips()) ==
        "frame,label,class,exact_class,effect,events,abs_error\n"
        "1,3,4,3,became wrong,4,2.5\n"
        "2,4,4,3,became right,4,1.5\n"
        "3,5,4,3,stayed wrong,4,1\n"
        "4,,1,2,unknown,,1\n");
  CHECK(query(folder.path()).flips({.frame = 2}).rows.size() == 1);
}

TEST_CASE("the histogram of steps counts what a plain loop counts") {
  const temporary_directory folder;
  make_run(folder.path());
  const table steps = query(folder.path()).steps();
  std::int64_t sum = 0;
  for (const auto& row : steps.rows) {
    std::int64_t events = 0, persistent = 0;
    for (const overflow_event& event : sample_events(40))
      if (event.unit == std::get<std::int64_t>(row[0]) && event.step == std::get<std::int64_t>(row[2])) {
        ++events;
        persistent += event.persistent ? 1 : 0;
      }
    CHECK(row[3] == cell(events));
    CHECK(row[4] == cell(events - persistent));
    CHECK(row[5] == cell(persistent));
    sum += events;
  }
  CHECK(sum == 40);
  CHECK(query(folder.path()).steps({.unit = "MVAU_1", .limit = 0}).rows.size() == 7);
}

TEST_CASE("events can be picked by unit, channel, frame, step and kind, up to a limit") {
  const temporary_directory folder;
  make_run(folder.path());
  const query run(folder.path());
  const auto picked = [&](const event_filter& filter, auto condition) {
    std::vector<overflow_event> expected;
    for (const overflow_event& event : sample_events(40))
      if (condition(event)) expected.push_back(event);
    return !expected.empty() && run.load_events(filter) == expected;
  };
  CHECK(picked({.limit = 0}, [](const auto&) { return true; }));
  CHECK(picked({.unit = "MVAU_1"}, [](const auto& e) { return e.unit == 1; }));
  CHECK(picked({.unit = "0"}, [](const auto& e) { return e.unit == 0; }));
  CHECK(picked({.channel = 3}, [](const auto& e) { return e.channel == 3; }));
  CHECK(picked({.frame = 2}, [](const auto& e) { return e.frame == 2; }));
  CHECK(picked({.step = 6}, [](const auto& e) { return e.step == 6; }));
  CHECK(picked({.persistent = true}, [](const auto& e) { return e.persistent; }));
  CHECK(picked({.persistent = false}, [](const auto& e) { return !e.persistent; }));
  CHECK(picked({.unit = "MVAU_0", .channel = 4, .persistent = false},
               [](const auto& e) { return e.unit == 0 && e.channel == 4 && !e.persistent; }));
  CHECK(run.events({.limit = 5}).rows.size() == 5);
  CHECK(run.events().columns.size() == 12);
}

TEST_CASE("a capped log is told, a whole one is not") {
  const temporary_directory whole, capped;
  make_run(whole.path());
  make_run(capped.path(), 3);
  CHECK(query(whole.path()).log_note().empty());
  CHECK(query(capped.path()).log_note() == "the log holds 3 of 40 events; counts by channel are exact");
  CHECK(to_csv(query(capped.path()).summary()).find("log_capped,1\n") != std::string::npos);
}

TEST_CASE("a question about what is not there names what is") {
  const temporary_directory folder;
  make_run(folder.path());
  const query run(folder.path());
  for (const char* name : {"MVAU_9", "7", "0x0", "", "' OR 1 = 1 --"})
    CHECK(message_of<config_error>([&] { run.events({.unit = name}); }) ==
          std::string("no unit '") + name + "' in this run; its units: MVAU_0, MVAU_1");
  CHECK(message_of<config_error>([&] { run.events({.limit = -1}); }) ==
        "limit = -1 is negative; nearest: 0 (all rows)");
  CHECK(run.events({.channel = 99}).rows.empty());
}

TEST_CASE("a directory without a run is refused with what would be right") {
  const temporary_directory folder;
  CHECK(message_of<io_error>([&] { query{folder.file("none")}; }) ==
        folder.file("none") + ": no such directory; expected one made by `spillway simulate -o DIR`");
  CHECK(message_of<io_error>([&] { query{folder.path()}; }) ==
        folder.path() + ": holds no run.sqlite; expected a directory made by `spillway simulate -o DIR`");
  sqlite_database(folder.file("study.sqlite"), sqlite_database::access::create)
      .execute("CREATE TABLE meta(key, value); INSERT INTO meta VALUES('schema', 'spillway-study-2')");
  CHECK(message_of<io_error>([&] { query{folder.path()}; }).find("holds a study, not a run") != std::string::npos);
  CHECK(message_of<input_error>([&] {
          query{folder.file("study.sqlite")};
        }).find("schema 'spillway-study-2'; this version reads 'spillway-run-1'") != std::string::npos);
}

TEST_CASE("files that are no run, of another version, or damaged are input errors in one line") {
  const temporary_directory folder;
  const std::string path = folder.file("run.sqlite");
  const auto message = [&] { return message_of<input_error>([&] { query{folder.path()}; }); };
  std::ofstream(path).close();
  CHECK(message() == path + ": schema 'none'; this version reads 'spillway-run-1': simulate again");
  std::ofstream(path) << std::string(300, 'z');
  CHECK(message().find("not a SQLite database") != std::string::npos);
  std::filesystem::remove(path);
  make_run(folder.path());
  {
    sqlite_database database(path, sqlite_database::access::update);
    database.execute("UPDATE events SET before = 'lots' WHERE rowid = 3; UPDATE events SET step = 0.5 WHERE rowid = 5");
  }
  const query run(folder.path());
  CHECK(message_of<input_error>([&] { run.load_events({.frame = 0}); }) ==
        folder.file("run.sqlite") + ": 'lots' in an event is not an integer; the run is damaged, make it anew");
  CHECK(message_of<input_error>([&] { run.load_events({.frame = 1}); }) ==
        folder.file("run.sqlite") + ": the address of an event is not an integer; the run is damaged, make it anew");
  CHECK(run.load_events({.frame = 2}).size() == 4);
  sqlite_database(path, sqlite_database::access::update).execute("DROP TABLE frames");
  CHECK(message_of<input_error>([&] { run.flips(); }) == path + ": no such table: frames");
}

TEST_CASE("a run in a directory that may only be read can be asked") {
  const temporary_directory folder;
  make_run(folder.path());
  chmod(folder.file("run.sqlite").c_str(), 0444);
  CHECK(query(folder.path()).channels().rows.size() == 6);
  CHECK(query(folder.file("run.sqlite")).finished());
}

}  // namespace
}  // namespace spillway
