// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <thread>

#include "spillway/cli/interrupt.h"
#include "spillway/examples/mnist_study/study.h"
#include "spillway/models/data/find_data.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/version.h"
#include "spillway/traces/run_directory.h"

using namespace spillway;

namespace {

struct arguments {
  mnist_study::settings study;
  std::string zoo;
  bool force = false;
};

void add_options(CLI::App& app, arguments& args) {
  app.option_defaults()->always_capture_default();
  app.add_option("-o,--output", args.study.directory, "Folder for study.sqlite; an unfinished study goes on there")
      ->required();
  app.add_flag("--force", args.force, "Start again where a finished or different study stands");
  app.add_option("--zoo", args.zoo, "Folder of the trained networks (default: the one that comes with Spillway)");
  app.add_option("--pe", args.study.pe, "Processing elements; must divide 10");
  app.add_option("--simd", args.study.simd, "Inputs a cycle; must divide 784");
  app.add_option("--orders", args.study.orders, "Random orders of addition at each of three widths")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--order-frames", args.study.order_frames, "Test images that the orders are tried on")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--seed", args.study.seed, "Seed of the random orders");
  app.add_option("--threads", args.study.threads, "Threads; results don't depend on it");
  app.add_flag("-q,--quiet", args.study.quiet, "No progress");
}

int run(arguments& args) {
  mnist_study::settings& options = args.study;
  options.zoo = args.zoo.empty() ? find_data("zoo") / "mnist-linear" : std::filesystem::path(args.zoo);
  const auto start = std::chrono::steady_clock::now();
  const run_directory directory(options.directory.string(),
                                args.force ? run_directory::use::overwrite : run_directory::use::resume);
  const std::string database = directory.file("study.sqlite");
  const std::string configuration = fmt::format("binary-mnist pe={} simd={} orders={} frames={} seed={}", options.pe,
                                                options.simd, options.orders, options.order_frames, options.seed);
  run_info info;
  info.version = version();
  info.command = "mnist_study";
  info.model = "mnist-linear";
  info.dataset = "binary-mnist";
  info.engine = "fast";
  info.started = utc_now();
  run_manifest manifest{
      info.version, info.command, content_hash(configuration), {{"orders", options.seed}}, info.started, 0, false};
  directory.write_manifest(manifest);
  study_store store(database, info, configuration);
  store.write_meta("pe", std::to_string(options.pe));
  store.write_meta("simd", std::to_string(options.simd));
  store.write_meta("orders", std::to_string(options.orders));
  store.write_meta("order_frames", std::to_string(options.order_frames));
  store.write_meta("seed", std::to_string(options.seed));
  if (!mnist_study::run_points(options, store) || !mnist_study::run_orders(options, store)) {
    fmt::print(stderr, "interrupted: what is finished is in {}; the same command goes on from there\n", database);
    return 130;
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  store.finish(seconds.count());
  manifest.wall_seconds = seconds.count();
  manifest.finished = true;
  directory.write_manifest(manifest);
  if (!options.quiet) fmt::print(stderr, "study: {} in {:.1f} s\n", database, seconds.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  arguments args;
  args.study.threads = std::max(1u, std::thread::hardware_concurrency());
  CLI::App app("What each accumulator bit costs, and what breaks without it: binary MNIST, P from 20 down to 8.");
  add_options(app, args);
  CLI11_PARSE(app, argc, argv);
  catch_interrupts();
  try {
    return run(args);
  } catch (const io_error& e) {
    fmt::print(stderr, "mnist_study: {}\n", e.what());
    return 3;
  } catch (const std::exception& e) {
    fmt::print(stderr, "mnist_study: {}\n", e.what());
    return 2;
  }
}
