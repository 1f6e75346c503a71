// SPDX-License-Identifier: Apache-2.0
// -1 - x: every bit of a beat turned over. The twin of sim/units/complement_unit.h.
module spillway_complement #(
    parameter int BITS = 8  // of a beat
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            in_valid,
    output logic            in_ready,
    input  logic [BITS-1:0] in_data,
    output logic            out_valid,
    input  logic            out_ready,
    output logic [BITS-1:0] out_data
);
  assign out_valid = in_valid;
  assign in_ready  = out_ready;
  assign out_data  = ~in_data;
endmodule
