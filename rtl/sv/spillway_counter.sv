// SPDX-License-Identifier: Apache-2.0
// Counts 0 to COUNT - 1 and again, a step an enabled cycle. `is_last` says that it stands at COUNT - 1.
module spillway_counter #(
    parameter int COUNT = 8,
    parameter int BITS = $clog2(COUNT) > 0 ? $clog2(COUNT) : 1
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            enable,
    output logic [BITS-1:0] next_value,  // in the next cycle
    output logic [BITS-1:0] value,
    output logic            is_last
);
  if (COUNT == 1) begin : one
    assign value = '0;
    assign next_value = '0;
    assign is_last = 1'b1;
    logic unused;
    assign unused = &{1'b0, clk, rst, enable};
  end else begin : many
    assign is_last = value == BITS'(COUNT - 1);
    assign next_value = rst || (enable && is_last) ? '0 : value + BITS'(enable);
    always_ff @(posedge clk) value <= next_value;
  end
endmodule
