// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <string_view>
#include <thread>

#include "spillway/cli/console.h"
#include "spillway/cli/interrupt.h"
#include "spillway/examples/mnist_study/study.h"
#include "spillway/models/data/find_data.h"
#include "spillway/models/data/load_dataset.h"
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

/// All that decides the study's result: settings, the data and the bytes of every network.
std::string configuration_of(const mnist_study::settings& options) {
  const dataset data = load_dataset("binary-mnist");
  const auto bytes_of = [](const auto& values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
  };
  std::string content = version() + content_hash(bytes_of(data.inputs.words)) + content_hash(bytes_of(data.labels));
  for (const std::string& network : mnist_study::networks())
    content += " " + file_hash((options.zoo / (network + ".onnx")).string());
  return fmt::format("binary-mnist pe={} simd={} orders={} frames={} seed={} content={}", options.pe, options.simd,
                     options.orders, options.order_frames, options.seed, content_hash(content));
}

void write_settings(const mnist_study::settings& options, study_store& store) {
  store.write_meta("pe", std::to_string(options.pe));
  store.write_meta("simd", std::to_string(options.simd));
  store.write_meta("orders", std::to_string(options.orders));
  store.write_meta("order_frames", std::to_string(options.order_frames));
  store.write_meta("seed", std::to_string(options.seed));
}

int run(arguments& args) {
  mnist_study::settings& options = args.study;
  options.zoo = args.zoo.empty() ? find_data("zoo") / "mnist-linear" : std::filesystem::path(args.zoo);
  const auto start = std::chrono::steady_clock::now();
  run_directory directory(options.directory.string(),
                          args.force ? run_directory::use::overwrite : run_directory::use::resume);
  const std::string configuration = configuration_of(options);
  const run_info info{version(), "mnist_study", "mnist-linear", "binary-mnist", "fast", utc_now()};
  run_manifest manifest{
      info.version, info.command, content_hash(configuration), {{"orders", options.seed}}, info.started, 0, false,
      info.engine,  "study"};
  if (directory.begin(manifest) == run_directory::start::finished) {
    say(fmt::format("study: {} is complete; --force makes it anew", directory.file("study.sqlite")));
    return 0;
  }
  const std::string database = directory.file("study.sqlite");
  {
    study_store store(database, info, configuration);
    write_settings(options, store);
    if (!mnist_study::run_points(options, store) || !mnist_study::run_orders(options, store)) {
      say(fmt::format("interrupted: what is finished is in {}; the same command goes on from there", database));
      return 130;
    }
    manifest.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    store.finish(manifest.wall_seconds);
  }
  directory.finish(manifest);
  if (!options.quiet) say(fmt::format("study: {} in {:.1f} s", directory.file("study.sqlite"), manifest.wall_seconds));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_streams();
  arguments args;
  args.study.threads = std::max(1u, std::thread::hardware_concurrency());
  CLI::App app("What each accumulator bit costs, and what breaks without it: binary MNIST, P from 20 down to 8.");
  add_options(app, args);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  catch_interrupts();
  try {
    return run(args);
  } catch (const io_error& e) {
    say(fmt::format("mnist_study: {}", e.what()));
    return 3;
  } catch (const std::exception& e) {
    say(fmt::format("mnist_study: {}", e.what()));
    return 2;
  }
}
