// SPDX-License-Identifier: Apache-2.0
// An accumulator that saturates after each of SIMD products a cycle: an adder and a clamp for each, one behind the other
// in one cycle, because order matters. Products wait STAGES cycles where others have an adder tree.
module spillway_saturating_chain #(
    parameter int SIMD = 4,
    parameter int BITS = 16,
    parameter int PRODUCT_BITS = 8,
    parameter int PRODUCT_SIGNED = 1,
    parameter int STAGES = 3
) (
    input  logic                         clk,
    input  logic                         enable,
    input  logic                         enable_sum,
    input  logic                         first,
    input  logic [SIMD*PRODUCT_BITS-1:0] products,
    output logic [BITS-1:0]              value
);
  localparam int PRODUCT_WIDE = PRODUCT_BITS + (PRODUCT_SIGNED != 0 ? 0 : 1);
  localparam int WIDE = (PRODUCT_WIDE > BITS ? PRODUCT_WIDE : BITS) + 1;

  for (genvar s = 0; s < STAGES; s++) begin : stage
    logic [SIMD*PRODUCT_BITS-1:0] kept;
    if (s == 0) begin : first_stage
      always_ff @(posedge clk) if (enable) kept <= products;
    end else begin : later_stage
      always_ff @(posedge clk) if (enable) kept <= stage[s-1].kept;
    end
  end

  for (genvar i = 0; i < SIMD; i++) begin : link
    logic [BITS-1:0] carried, fitted;
    logic [WIDE-1:0] addend, kept, total;
    if (i == 0) begin : from_register
      assign carried = value & {BITS{!first}};
    end else begin : from_link
      assign carried = link[i-1].fitted;
    end
    logic [PRODUCT_BITS-1:0] product;
    assign product = stage[STAGES-1].kept[i*PRODUCT_BITS+:PRODUCT_BITS];
    assign addend = PRODUCT_SIGNED != 0 ? WIDE'($signed(product)) : WIDE'(product);
    assign kept = WIDE'($signed(carried));
    assign total = addend + kept;
    spillway_clamp #(.BITS(WIDE), .OUT_BITS(BITS)) fit (.in(total), .out(fitted));
  end
  always_ff @(posedge clk) if (enable_sum) value <= link[SIMD-1].fitted;
endmodule
