// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "spillway/resource/resources.h"

namespace spillway {

/// The families that the model prices. Both have LUTs of six inputs, LUT RAMs of 64 bits, shift registers of 32 and
/// block RAMs of 18 and 36 Kbit. They differ in
///
///     carry chains    CARRY4, a slice's four bits       CARRY8, a slice's eight (a bit takes a LUT's site in both)
///     LUT RAM         RAM32M, RAM64M: four LUTs          RAM32M16, RAM64M8: eight
///     DSP             DSP48E1, 25 x 18                   DSP48E2, 27 x 18
///     UltraRAM        none                               URAM288, 4096 words of 72 bits, on some devices
///
/// Source: AMD UG474 and UG574 (slices), UG573 (memories), UG479 and UG579 (DSP).
enum class fpga_family : unsigned char { series7, ultrascale_plus };

/// "7-series", "UltraScale+"
std::string_view to_string(fpga_family family);

/// A device, and how many sites of each kind it has. Source: AMD's product tables DS190 (Zynq-7000), DS891 (Zynq
/// UltraScale+), DS890 (UltraScale+) and, for the Alveo cards, their data sheets DS962 and DS963; LUTs, LUTs that can
/// be memory, registers, multiplexers and carry chains also stand under "Available" in published Vivado reports of all
/// but xcu280, whose memory LUTs follow from the 36.7 Mbit of distributed RAM that DS890 states.
struct fpga_device {
  std::string_view name;   ///< "xc7z020"
  std::string_view known;  ///< where people meet it: "PYNQ-Z1, PYNQ-Z2, ZedBoard"
  fpga_family family;
  std::int64_t luts, memory_luts;  ///< memory_luts: those that can be RAM or shift registers
  std::int64_t registers;          ///< flip-flops
  std::int64_t ramb36;             ///< each also two RAMB18
  std::int64_t uram, dsp;

  /// Carry cells and multiplexers, which follow from the LUTs: a slice of the 7-series has four of these and one
  /// CARRY4, one of UltraScale+ eight and one CARRY8; both have an F7 multiplexer for two LUTs and an F8 for four.
  std::int64_t bits_a_carry() const { return family == fpga_family::series7 ? 4 : 8; }
  std::int64_t carries() const { return luts / bits_a_carry(); }
  std::int64_t f7_muxes() const { return luts / 2; }
  std::int64_t f8_muxes() const { return luts / 4; }
};

/// Every device that is known.
std::span<const fpga_device> fpga_devices();

/// The one that a design is priced for if nobody says: xc7z020.
const fpga_device& default_device();

/// The boards that a device is known from, each by itself: "PYNQ-Z1", "PYNQ-Z2", "ZedBoard".
std::vector<std::string_view> boards_of(const fpga_device& device);

/// The device of that name, with or without the "xc" in front, also of a whole part ("xczu7ev-ffvc1156-2-e"), or of a
/// board ("pynq-z1", "ZCU104", "U250"), in any case. Throws `config_error` that names the nearest one.
const fpga_device& find_device(std::string_view name);

/// Of what a part takes in both families, what it takes in one: `lutram` and `carry` are then those of `family`.
resources in_family(resources amount, fpga_family family);

}  // namespace spillway
