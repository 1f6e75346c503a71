// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

namespace spillway {

/// What a piece of hardware takes on an FPGA with LUTs of six inputs. LUT cells: a function each, before two of at most
/// five shared inputs are packed into one site. Where the families differ a rule gives both amounts: `lutram` and
/// `carry` are of the 7-series, `lutram_plus` and `carry8` of UltraScale+ (in_family of resource/devices.h chooses).
struct resources {
  double luts = 0;         ///< LUT cells that are logic
  double lutram = 0;       ///< LUTs that are memory
  double lutram_plus = 0;  ///< the same in UltraScale+, whose LUT RAMs are of eight
  double srl = 0;          ///< LUTs that are shift registers
  double ff = 0;
  double sites = 0;       ///< LUT6 sites that all of these and the carry chains occupy, two small functions in one
  double carry = 0;       ///< CARRY4
  double carry8 = 0;      ///< CARRY8, of UltraScale+
  double chained = 0;     ///< places of carry chains that add or compare something: a site each
  double chain_luts = 0;  ///< of `luts`, those that stand at such places, one in front of several where it is shared
  double six_inputs = 0;  ///< of `luts` beside those places, functions of six inputs: a site each
  double f7 = 0, f8 = 0;
  double bram18 = 0, uram = 0, dsp = 0;

  friend bool operator==(const resources&, const resources&) = default;

  /// LUT cells of every kind.
  double all_luts() const { return luts + lutram + srl; }

  /// Adds every part.
  resources& operator+=(const resources& other) {
    luts += other.luts;
    lutram += other.lutram;
    lutram_plus += other.lutram_plus;
    srl += other.srl;
    sites += other.sites;
    ff += other.ff;
    carry += other.carry;
    carry8 += other.carry8;
    chained += other.chained;
    chain_luts += other.chain_luts;
    six_inputs += other.six_inputs;
    f7 += other.f7;
    f8 += other.f8;
    bram18 += other.bram18;
    uram += other.uram;
    dsp += other.dsp;
    return *this;
  }
  /// Sums, part by part, and `n` of the same.
  friend resources operator+(resources a, const resources& b) { return a += b; }
  friend resources operator*(double n, resources r) {
    for (double* part : {&r.luts, &r.lutram, &r.lutram_plus, &r.srl, &r.sites, &r.ff, &r.carry, &r.carry8, &r.chained,
                         &r.chain_luts, &r.six_inputs, &r.f7, &r.f8, &r.bram18, &r.uram, &r.dsp})
      *part *= n;
    return r;
  }
};

}  // namespace spillway
