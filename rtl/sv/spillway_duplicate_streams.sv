// SPDX-License-Identifier: Apache-2.0
// Copies each beat to COPIES outputs in the cycle in which it is taken; it moves when all of them have room. No
// registers at all. The twin of sim/units/duplicate_streams_unit.h; docs/units/duplicate_streams.md.
module spillway_duplicate_streams #(
    parameter int BITS = 8,
    parameter int COPIES = 2
) (
    // verilator lint_off UNUSED
    input  logic                   clk,
    input  logic                   rst,
    // verilator lint_on UNUSED
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [       BITS-1:0] in_data,
    output logic [     COPIES-1:0] out_valid,
    input  logic [     COPIES-1:0] out_ready,
    output logic [COPIES*BITS-1:0] out_data
);
  assign in_ready  = &out_ready;
  assign out_valid = {COPIES{in_valid && in_ready}};
  assign out_data  = {COPIES{in_data}};
endmodule
