// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/explore/study/run_study.h"

namespace spillway {

/// Where a study is kept, and how.
struct study_place {
  std::string directory;
  bool force = false;   ///< compute everything again; the earlier study stays until that is complete
  std::string command;  ///< for the manifest
};

/// Makes the directory of a study that others fill: DIR/study.json, and a manifest that is not finished. Takes what
/// earlier tasks have left in `stores`. Returns the points that are there.
std::set<std::string> begin_study(const study_list& study, const study_place& place,
                                  const std::vector<std::string>& stores = {});

/// Makes a study in its directory: DIR/study.sqlite, DIR/study.json, DIR/manifest.json. Points that are there are not
/// computed again, whatever study left them. When all are there the store is written anew (`rewrite_study`). Throws
/// `config_error` for a directory of something else, `io_error` where the system refuses.
study_result make_study(const study_list& study, const study_place& place, const study_options& options = {});

/// The same from the stores that tasks have left, without computing anything: `stores` are folded into
/// DIR/study.sqlite. What of the study is missing then is `points - present` of the result; the store is written anew
/// if nothing is.
study_result merge_study(const study_list& study, const study_place& place, const std::vector<std::string>& stores);

}  // namespace spillway
