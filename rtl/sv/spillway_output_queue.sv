// SPDX-License-Identifier: Apache-2.0
// Where results wait that a pipeline makes before they may leave: DEPTH of them, in an SRL a bit. What comes in an empty
// queue is seen at its output in the same cycle. The pipeline never makes more than there is room for.
module spillway_output_queue #(
    parameter int BITS = 8,
    parameter int DEPTH = 4
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            in_valid,
    input  logic [BITS-1:0] in_data,
    input  logic            pop,
    output logic [BITS-1:0] out_data
);
  localparam int PLACE_BITS = $clog2(DEPTH) > 0 ? $clog2(DEPTH) : 1;
  // Results that are held less one: while it holds any, the place of the oldest.
  logic [PLACE_BITS-1:0] oldest;
  logic is_empty, push, take;
  assign push = in_valid && !(is_empty && pop);
  assign take = pop && !is_empty;
  always_ff @(posedge clk)
    if (rst) oldest <= '1;
    else if (push && !take) oldest <= oldest + PLACE_BITS'(1);
    else if (take && !push) oldest <= oldest - PLACE_BITS'(1);
  always_ff @(posedge clk)
    if (rst) is_empty <= 1'b1;
    else if (push != take) is_empty <= take && oldest == '0;

  for (genvar b = 0; b < BITS; b++) begin : of_bit
    logic [DEPTH-1:0] held;
    if (DEPTH == 1) begin : one
      always_ff @(posedge clk) if (push) held <= in_data[b];
      assign out_data[b] = is_empty ? in_data[b] : held;
    end else begin : many
      always_ff @(posedge clk) if (push) held <= {held[DEPTH-2:0], in_data[b]};
      assign out_data[b] = is_empty ? in_data[b] : held[oldest];
    end
  end
endmodule
