// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/least_squares.h"

#include <cmath>
#include <utility>

namespace spillway {

namespace {

/// The normal equations, the right side in the last column.
std::vector<std::vector<double>> normal_equations(const std::vector<linear_sample>& samples, std::size_t terms) {
  std::vector<std::vector<double>> rows(terms, std::vector<double>(terms + 1));
  for (const linear_sample& of : samples)
    for (std::size_t i = 0; i < terms; ++i) {
      for (std::size_t j = 0; j < terms; ++j) rows[i][j] += of.terms[i] * of.terms[j];
      rows[i][terms] += of.terms[i] * of.value;
    }
  return rows;
}

void leave_out(std::vector<std::vector<double>>& rows, std::size_t term) {
  const std::size_t terms = rows.size();
  for (std::size_t j = 0; j < terms; ++j) rows[term][j] = rows[j][term] = 0;
  rows[term][term] = 1;
  rows[term][terms] = 0;
}

/// Elimination with the greatest pivot.
std::vector<double> solution(std::vector<std::vector<double>> rows) {
  const std::size_t terms = rows.size();
  for (std::size_t pivot = 0; pivot < terms; ++pivot) {
    std::size_t best = pivot;
    for (std::size_t i = pivot; i < terms; ++i)
      if (std::abs(rows[i][pivot]) > std::abs(rows[best][pivot])) best = i;
    std::swap(rows[pivot], rows[best]);
    for (std::size_t i = 0; i < terms; ++i) {
      if (i == pivot) continue;
      const double factor = rows[i][pivot] / rows[pivot][pivot];
      for (std::size_t j = pivot; j <= terms; ++j) rows[i][j] -= factor * rows[pivot][j];
    }
  }
  std::vector<double> x(terms);
  for (std::size_t i = 0; i < terms; ++i) x[i] = rows[i][terms] / rows[i][i];
  return x;
}

}  // namespace

std::vector<double> least_squares(const std::vector<linear_sample>& samples, const std::vector<bool>& used) {
  if (samples.empty()) return std::vector<double>(used.size());
  const std::size_t terms = samples.front().terms.size();
  std::vector<std::vector<double>> rows = normal_equations(samples, terms);
  for (std::size_t i = 0; i < terms; ++i)
    if (rows[i][i] <= 0 || (!used.empty() && !used[i])) leave_out(rows, i);
  return solution(std::move(rows));
}

}  // namespace spillway
