// SPDX-License-Identifier: Apache-2.0
// Deals the channels of its input out, vector by vector: BEATS[i] beats to output i, then to the next one, each passed
// on in the cycle in which it is taken. Wires and counters. BEATS holds 32 bits a port, port 0 at the least significant
// ones. The twin of sim/units/split_stream_unit.h; docs/units/split_stream.md.
module spillway_split_stream #(
    parameter int BITS = 8,
    parameter int PORTS = 2,
    parameter logic [32*PORTS-1:0] BEATS = {PORTS{32'd1}}
) (
    input  logic                  clk,
    input  logic                  rst,
    input  logic                  in_valid,
    output logic                  in_ready,
    input  logic [      BITS-1:0] in_data,
    output logic [     PORTS-1:0] out_valid,
    input  logic [     PORTS-1:0] out_ready,
    output logic [PORTS*BITS-1:0] out_data
);
  logic [PORTS-1:0] turn;
  spillway_turn #(.PORTS(PORTS), .BEATS(BEATS)) order (.clk, .rst, .step(in_valid && in_ready), .turn);

  assign in_ready  = |(out_ready & turn);
  assign out_valid = turn & {PORTS{in_valid}};
  assign out_data  = {PORTS{in_data}};
endmodule
