// SPDX-License-Identifier: Apache-2.0
// The accumulator of a processing element: a register of BITS bits that takes a sum a cycle, alone if it is the first of
// its dot product. Clearing is part of the adder's LUTs: BITS of them when it wraps. When it saturates the sum is made
// exactly and then fitted: about 2 BITS.
module spillway_accumulator #(
    parameter int BITS = 16,
    parameter int SATURATE = 0,
    parameter int SUM_BITS = 10,
    parameter int SUM_SIGNED = 1
) (
    input  logic                clk,
    input  logic                enable,
    input  logic                first,
    input  logic [SUM_BITS-1:0] sum,
    output logic [BITS-1:0]     value
);
  // Of the addition: that of the register, or one that holds every sum.
  localparam int SUM_WIDE = SUM_BITS + (SUM_SIGNED != 0 ? 0 : 1);
  localparam int WIDE = SATURATE == 0 ? BITS : (SUM_WIDE > BITS ? SUM_WIDE : BITS) + 1;

  logic [WIDE-1:0] addend, kept;
  logic [WIDE:0] total;
  assign addend = SUM_SIGNED != 0 ? WIDE'($signed(sum)) : WIDE'(sum);
  assign kept = WIDE'($signed(value)) & {WIDE{!first}};
  // A difference, for its operands keep their places: the one without logic before it has to be on the left.
  assign total = {addend, 1'b0} - {~kept, 1'b1};

  logic [BITS-1:0] fitted;
  if (SATURATE != 0) begin : saturates
    spillway_clamp #(.BITS(WIDE), .OUT_BITS(BITS)) fit (.in(total[WIDE:1]), .out(fitted));
  end else begin : wraps
    assign fitted = total[WIDE:1];
  end
  always_ff @(posedge clk) if (enable) value <= fitted;
  logic unused;
  assign unused = total[0];
endmodule
