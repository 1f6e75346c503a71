// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/study_store.h"

#include <doctest/doctest.h>

#include <fstream>

#include "spillway/models/support/error.h"
#include "spillway/tests/traces/sample_events.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/run_store.h"

namespace spillway {
namespace {

using testing::message_of;
using testing::sample_info;
using testing::temporary_directory;

const study_key key_14{"qat-w8a1", "qat", 14, "wrap", "per_product", 10000};

study_point sample_point(std::int64_t number, const study_key& key) {
  return {number, key, {100000, 500, 400, 20}, 1.25, 0.875, 5400, "simulated", 17};
}

const channel_counts two_channels[] = {{50000, 300, 250, 20}, {50000, 200, 150, 0}};

TEST_CASE("a study goes on where it stopped") {
  const temporary_directory folder;
  const std::string path = folder.file("study.sqlite");
  {
    study_store store(path, sample_info(), "a");
    CHECK_FALSE(store.has_point(0, key_14));
    store.write_point(sample_point(0, key_14), two_channels);
  }
  study_store store(path, sample_info(), "a");
  CHECK(store.has_point(0, key_14));
  CHECK_FALSE(store.has_point(1, key_14));
  const auto lacks = [&](auto change) {
    study_key other = key_14;
    change(other);
    return !store.has_point(0, other);
  };
  CHECK(lacks([](study_key& key) { key.network = "a2q-w8a1-p14"; }));
  CHECK(lacks([](study_key& key) { key.method = "a2q"; }));
  CHECK(lacks([](study_key& key) { key.bits = 13; }));
  CHECK(lacks([](study_key& key) { key.overflow = "saturate"; }));
  CHECK(lacks([](study_key& key) { key.scope = "final"; }));
  CHECK(lacks([](study_key& key) { key.frames = 9999; }));
}

TEST_CASE("the tables hold what was written, under the names that the documentation gives") {
  const temporary_directory folder;
  const std::string path = folder.file("study.sqlite");
  study_store store(path, sample_info(), "a");
  store.write_point(sample_point(3, key_14), two_channels);
  store.write_order_trials(std::vector<order_trial>{{14, "per_product", -1, 0.5, 0.9, 7}, {14, "final", 0, 0.1, 1, 0}});
  store.write_training(std::vector<training_row>{{"qat-w8a1", "qat", 32, 0.915, std::nullopt, 1234}});
  store.finish(2.5);
  const sqlite_database database(path, sqlite_database::access::read);
  CHECK(to_csv(database.select("SELECT * FROM points")) ==
        "point,network,method,bits,overflow,scope,frames,dot_products,events,overflowing,persistent,mean_abs_error,"
        "accuracy,luts,grade,certified_bits\n"
        "3,qat-w8a1,qat,14,wrap,per_product,10000,100000,500,400,20,1.25,0.875,5400,simulated,17\n");
  CHECK(to_csv(database.select("SELECT * FROM point_channels")) ==
        "point,channel,dot_products,events,overflowing\n3,0,50000,300,250\n3,1,50000,200,150\n");
  CHECK(to_csv(database.select("SELECT * FROM order_trials ORDER BY scope DESC")) ==
        "bits,scope,trial,mean_abs_error,accuracy,events\n14,per_product,-1,0.5,0.9,7\n14,final,0,0.1,1,0\n");
  CHECK(to_csv(database.select("SELECT * FROM training")) ==
        "network,method,bits,accuracy_float,sparsity,l1_max\nqat-w8a1,qat,32,0.915,,1234\n");
  CHECK(store.order_trials(14, "per_product") == 1);
  CHECK(store.order_trials(13, "per_product") == 0);
  CHECK(to_csv(database.select("SELECT value FROM meta WHERE key IN ('schema', 'wall_seconds') ORDER BY key")) ==
        "value\nspillway-study-1\n2.500\n");
}

TEST_CASE("a point that is written again replaces the earlier one, channels and all") {
  const temporary_directory folder;
  const std::string path = folder.file("study.sqlite");
  study_store store(path, sample_info(), "a");
  store.write_point(sample_point(0, key_14), two_channels);
  study_key other = key_14;
  other.bits = 12;
  store.write_point(sample_point(0, other), std::span(two_channels).first(1));
  const sqlite_database database(path, sqlite_database::access::read);
  CHECK(to_csv(database.select("SELECT point, bits FROM points")) == "point,bits\n0,12\n");
  CHECK(database.select("SELECT * FROM point_channels").rows.size() == 1);
}

TEST_CASE("a study of another configuration, schema or kind is refused in one line") {
  const temporary_directory folder;
  const std::string path = folder.file("study.sqlite");
  study_store(path, sample_info(), "frames=10000").write_point(sample_point(0, key_14), two_channels);
  CHECK(message_of<config_error>([&] { study_store(path, sample_info(), "frames=100"); }) ==
        path +
            ": holds a study of another configuration ('frames=10000', not 'frames=100'); name a new directory, or "
            "overwrite with --force");
  sqlite_database(path, sqlite_database::access::update)
      .execute("UPDATE meta SET value = 'spillway-study-9' WHERE key = 'schema'");
  CHECK(message_of<input_error>([&] {
          study_store(path, sample_info(), "frames=10000");
        }).starts_with(path + ": schema 'spillway-study-9'; this version writes 'spillway-study-1'"));
  run_store(folder.file("run.sqlite"), sample_info());
  CHECK_THROWS_AS(study_store(folder.file("run.sqlite"), sample_info(), ""), input_error);
  std::ofstream(folder.file("text")) << std::string(2000, 'x');
  CHECK_THROWS_AS(study_store(folder.file("text"), sample_info(), ""), input_error);
}

}  // namespace
}  // namespace spillway
