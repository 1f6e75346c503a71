// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/explore/study/network_facts.h"
#include "spillway/explore/study/study_rows.h"

namespace spillway {

/// A network as a group's points have it, before their registers.
struct study_design {
  design loaded;
  network_facts facts;
};

/// Reads the network of a group, with its folding file if it names one. Throws as `load_design`.
study_design load_study_design(const study_list& study, const study_group& group);

/// The folding that a group's goal asks for. A goal that can't be met, and a design that deadlocks, is its `problem`.
group_folding fold(const study_design& of, const study_group& group);

}  // namespace spillway
