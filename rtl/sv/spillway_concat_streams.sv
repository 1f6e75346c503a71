// SPDX-License-Identifier: Apache-2.0
// Joins the channels of its inputs, vector by vector: BEATS[i] beats of input i, then of the next one, each passed on in
// the cycle in which it is taken. A multiplexer and counters. BEATS holds 32 bits a port, port 0 at the least
// significant ones. The twin of sim/units/concat_streams_unit.h; docs/units/concat_streams.md.
module spillway_concat_streams #(
    parameter int BITS = 8,
    parameter int PORTS = 2,
    parameter logic [32*PORTS-1:0] BEATS = {PORTS{32'd1}}
) (
    input  logic                  clk,
    input  logic                  rst,
    input  logic [     PORTS-1:0] in_valid,
    output logic [     PORTS-1:0] in_ready,
    input  logic [PORTS*BITS-1:0] in_data,
    output logic                  out_valid,
    input  logic                  out_ready,
    output logic [      BITS-1:0] out_data
);
  logic [PORTS-1:0] turn;
  spillway_turn #(.PORTS(PORTS), .BEATS(BEATS)) order (.clk, .rst, .step(out_valid && out_ready), .turn);

  assign out_valid = |(in_valid & turn);
  assign in_ready  = turn & {PORTS{out_ready}};
  always_comb begin
    out_data = '0;
    for (int i = 0; i < PORTS; i++) out_data = out_data | (in_data[i*BITS+:BITS] & {BITS{turn[i]}});
  end
endmodule
