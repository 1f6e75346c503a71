// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "spillway/tests/effort.h"

namespace spillway::testing {

/// Checks a rapidcheck property on `cases` random cases (times `effort`) and returns `cases` if all passed. If one failed,
/// its shrunk counterexample is printed, and the answer is -1.
///
/// The seed is fixed, so that a run repeats. RC_PARAMS="seed=7" in the environment searches elsewhere, and
/// RC_PARAMS="reproduce=..." takes what a failure printed.
template <class Property>
int passed_cases(const std::string& name, int cases, Property&& property) {
  setenv("RC_PARAMS", "seed=95425959", 0);
  rc::detail::TestMetadata metadata;
  metadata.id = name;
  metadata.description = name;
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  params.maxSuccess = cases * effort();
  const rc::detail::TestResult result = rc::detail::checkTestable(std::forward<Property>(property), metadata, params);
  rc::detail::SuccessResult success;
  if (result.match(success)) return success.numSuccess / effort();
  std::cerr << name << '\n';
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << std::endl;
  return -1;
}

/// The same as a condition, for doctest's CHECK.
template <class Property>
bool property_holds(const std::string& name, int cases, Property&& property) {
  return passed_cases(name, cases, std::forward<Property>(property)) == cases;
}

}  // namespace spillway::testing
