// SPDX-License-Identifier: Apache-2.0
// y = OFFSET + #{t : threshold t <= x}, for thresholds that ascend. Combinational: a comparator each, and of their
// outputs, ones from below, the binary number.
module spillway_thresholds #(
    parameter int STEPS = 15,
    parameter int X_BITS = 16,
    parameter int X_SIGNED = 1,
    parameter int T_BITS = 16,   // of a threshold, signed
    parameter int Y_BITS = 4,
    parameter int OFFSET = 0
) (
    input  logic [X_BITS-1:0]       x,
    input  logic [STEPS*T_BITS-1:0] thresholds,
    output logic [Y_BITS-1:0]       y
);
  localparam int X_WIDE = X_BITS + (X_SIGNED != 0 ? 0 : 1);
  localparam int WIDE = X_WIDE > T_BITS ? X_WIDE : T_BITS;
  localparam int COUNT_BITS = $clog2(STEPS + 1);

  logic [WIDE-1:0] value;
  logic [STEPS-1:0] reached;
  spillway_extend #(.BITS(X_BITS), .SIGNED(X_SIGNED), .OUT_BITS(WIDE)) from_x (.in(x), .out(value));
  for (genvar t = 0; t < STEPS; t++) begin : step
    logic [WIDE-1:0] threshold;
    spillway_extend #(.BITS(T_BITS), .SIGNED(1), .OUT_BITS(WIDE)) from_word (
        .in(thresholds[t*T_BITS+:T_BITS]), .out(threshold));
    assign reached[t] = $signed(value) >= $signed(threshold);
  end

  // `reached` is ones from below: bit b of their number turns over at each multiple of 2^b.
  logic [COUNT_BITS-1:0] count;
  for (genvar b = 0; b < COUNT_BITS; b++) begin : bits
    logic [STEPS-1:0] turns;
    for (genvar t = 0; t < STEPS; t++) begin : at
      assign turns[t] = (t + 1) % (1 << b) == 0 && reached[t];
    end
    assign count[b] = ^turns;
  end

  if (OFFSET == 0) begin : counted
    spillway_extend #(.BITS(COUNT_BITS), .SIGNED(0), .OUT_BITS(Y_BITS)) to_y (.in(count), .out(y));
  end else begin : offset
    logic [Y_BITS-1:0] wide;
    spillway_extend #(.BITS(COUNT_BITS), .SIGNED(0), .OUT_BITS(Y_BITS)) to_y (.in(count), .out(wide));
    assign y = wide + OFFSET[Y_BITS-1:0];
  end
endmodule
