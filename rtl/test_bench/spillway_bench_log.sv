// SPDX-License-Identifier: Apache-2.0
// Prints each beat that enters (+) and leaves (-) a stream: name, cycle since the reset, data. Not hardware: bound to
// every stream of a design under test.
module spillway_bench_log #(
    parameter int BITS = 8
) (
    input logic            clk,
    input logic            rst,
    input logic            in_valid,
    input logic            in_ready,
    input logic [BITS-1:0] in_data,
    input logic            out_valid,
    input logic            out_ready,
    input logic [BITS-1:0] out_data
);
  int cycle;
  always_ff @(posedge clk)
    if (rst) cycle <= 0;
    else begin
      cycle <= cycle + 1;
      if (in_valid && in_ready) $display("+ %m %0d %h", cycle, in_data);
      if (out_valid && out_ready) $display("- %m %0d %h", cycle, out_data);
    end
endmodule
