// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/study_directory.h"

#include <chrono>

#include "spillway/models/support/is_there.h"
#include "spillway/models/support/version.h"
#include "spillway/traces/run_directory.h"

namespace spillway {

namespace {

/// A study in its directory, from the first point to the finished store.
class kept_study {
 public:
  kept_study(const study_list& study, const study_place& place)
      : m_study(study),
        m_directory(place.directory, place.force ? run_directory::use::overwrite : run_directory::use::resume),
        m_manifest{version(), place.command, content_hash(study_schema), {}, utc_now(), 0, false, "fast", "study"},
        m_was_finished(m_directory.begin(m_manifest) == run_directory::start::finished) {}

  /// The points that are there; what says what is asked for is written.
  std::set<std::string> begin(const std::vector<std::string>& stores) {
    write_file_atomically(m_directory.file("study.json"), to_study_file(m_study.spec));
    if (stores.empty() && !is_there(m_directory.file("study.sqlite"))) return {};
    study_store store(m_directory.file("study.sqlite"));
    for (const std::string& other : stores) store.take(other);
    return store.points();
  }

  /// Calls `fill` with the store unless all points are there.
  template <class Fill>
  study_result make(const Fill& fill) {
    study_result result;
    {
      study_store store(m_directory.file("study.sqlite"));
      if (m_was_finished && is_whole(store)) {
        result.points = result.present = m_study.points();
        return result;
      }
      if (m_was_finished) {
        store.write_meta({{"finished", "0"}});
        write_file_atomically(m_directory.file("manifest.json"), to_json(m_manifest));
      }
      write_file_atomically(m_directory.file("study.json"), to_study_file(m_study.spec));
      result = fill(store);
      if (result.stopped || result.present + result.made < result.points) return result;
      store.write_meta(
          {{"version", version()}, {"name", name()}, {"study", to_json(m_study.spec)}, {"confidence", "0.95"}});
    }
    rewrite_study(m_directory.file("study.sqlite"));
    m_manifest.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    m_directory.finish(m_manifest);
    return result;
  }

 private:
  std::string name() const { return m_study.spec.name.empty() ? m_study.sets.front().values.name : m_study.spec.name; }

  bool is_whole(const study_store& store) const {
    if (store.meta("study") != to_json(m_study.spec) || store.meta("finished") != "1") return false;
    const std::set<std::string> known = store.points();
    for (const study_group& group : m_study.groups)
      for (const study_point& point : group.points)
        if (!known.contains(point.key)) return false;
    return true;
  }

  const study_list& m_study;
  run_directory m_directory;
  run_manifest m_manifest;
  bool m_was_finished;
  std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

}  // namespace

std::set<std::string> begin_study(const study_list& study, const study_place& place,
                                  const std::vector<std::string>& stores) {
  return kept_study(study, place).begin(stores);
}

study_result make_study(const study_list& study, const study_place& place, const study_options& options) {
  kept_study kept(study, place);
  return kept.make([&](study_store& store) { return run_study(study, store, options); });
}

study_result merge_study(const study_list& study, const study_place& place, const std::vector<std::string>& stores) {
  kept_study kept(study, place);
  return kept.make([&](study_store& store) {
    for (const std::string& other : stores) store.take(other);
    const std::set<std::string> known = store.points();
    study_result result;
    for (const study_group& group : study.groups)
      for (const study_point& point : group.points) {
        ++result.points;
        result.present += known.contains(point.key) ? 1 : 0;
      }
    return result;
  });
}

}  // namespace spillway
