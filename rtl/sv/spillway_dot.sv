// SPDX-License-Identifier: Apache-2.0
// A processing element: SIMD products a cycle, added and accumulated in a P-bit register.
//
// Products are registered at the end of the cycle in which `x` and `w` come, then the adder tree has a register a level;
// in the cycle 1 + ceil(log2 SIMD) later `enable_sum` says that their sum is to be accumulated, `first` that it begins a
// dot product. `result` is the register, fitted into P bits.
//
// LIMIT: 0 wrap (wherever it is looked at, the bits are the same), 1 saturate after the SIMD products of a cycle were
// added at full width, 2 saturate after each product, 3 saturate only what is finished.
module spillway_dot #(
    parameter int SIMD = 4,
    parameter int LENGTH = 16,  // products of a dot product
    parameter int X_BITS = 4,
    parameter int X_KIND = 0,   // 0 unsigned, 1 signed, 2 bipolar
    parameter int W_BITS = 4,
    parameter int W_KIND = 1,
    parameter int XNOR = 0,     // 1: a product is 1 where two bits agree, else 0
    parameter int P = 16,
    parameter int LIMIT = 0,
    parameter int USE_DSP = 0
) (
    input  logic                   clk,
    input  logic                   enable,
    input  logic                   enable_sum,
    input  logic                   first,
    input  logic [SIMD*X_BITS-1:0] x,
    input  logic [SIMD*W_BITS-1:0] w,
    output logic [P-1:0]           result
);
  function automatic logic signed [63:0] least(input integer fn_bits, input integer fn_kind);
    least = fn_kind == 0 ? 0 : fn_kind == 1 ? -(64'sd1 <<< (fn_bits - 1)) : -1;
  endfunction
  function automatic logic signed [63:0] greatest(input integer fn_bits, input integer fn_kind);
    greatest = fn_kind == 0 ? (64'sd1 <<< fn_bits) - 1 : fn_kind == 1 ? (64'sd1 <<< (fn_bits - 1)) - 1 : 1;
  endfunction
  function automatic logic signed [63:0] smaller(input logic signed [63:0] fn_a, input logic signed [63:0] fn_b);
    smaller = fn_a < fn_b ? fn_a : fn_b;
  endfunction
  function automatic logic signed [63:0] larger(input logic signed [63:0] fn_a, input logic signed [63:0] fn_b);
    larger = fn_a < fn_b ? fn_b : fn_a;
  endfunction
  localparam logic signed [63:0] X_MIN = least(X_BITS, X_KIND), X_MAX = greatest(X_BITS, X_KIND);
  localparam logic signed [63:0] W_MIN = least(W_BITS, W_KIND), W_MAX = greatest(W_BITS, W_KIND);
  // Of a product.
  localparam logic signed [63:0] LANE_MIN =
      XNOR != 0 ? 0 : smaller(smaller(X_MIN * W_MIN, X_MIN * W_MAX), smaller(X_MAX * W_MIN, X_MAX * W_MAX));
  localparam logic signed [63:0] LANE_MAX =
      XNOR != 0 ? 1 : larger(larger(X_MIN * W_MIN, X_MIN * W_MAX), larger(X_MAX * W_MIN, X_MAX * W_MAX));
  localparam int SIGNED = LANE_MIN < 0 ? 1 : 0;

  // Bits of the sum of that many products, `cap` at most.
  function automatic integer width_of(input integer fn_lanes, input integer fn_cap);
    width_of = 1;
    while (width_of < fn_cap &&
           (LANE_MIN < 0 ? LANE_MIN * fn_lanes < -(64'sd1 <<< (width_of - 1)) ||
                           LANE_MAX * fn_lanes >= (64'sd1 <<< (width_of - 1))
                         : LANE_MAX * fn_lanes >= (64'sd1 <<< width_of)))
      width_of = width_of + 1;
  endfunction

  localparam int CAP = LIMIT == 0 && P < 62 ? P : 62;
  localparam int TABLE_LANES = X_BITS + W_BITS > 6 ? 1 : 6 / (X_BITS + W_BITS);
  localparam int GROUP = LIMIT == 2 ? 1 : TABLE_LANES < SIMD ? TABLE_LANES : SIMD;
  localparam int LEAVES = (SIMD + GROUP - 1) / GROUP;
  localparam int LEAF_BITS = width_of(GROUP, CAP);
  localparam int STAGES = 1 + $clog2(SIMD);

  logic [LEAVES*LEAF_BITS-1:0] leaves;
  spillway_products #(
      .SIMD(SIMD), .GROUP(GROUP), .X_BITS(X_BITS), .X_KIND(X_KIND), .W_BITS(W_BITS), .W_KIND(W_KIND), .XNOR(XNOR),
      .BITS(LEAF_BITS), .USE_DSP(USE_DSP)
  ) products (.x(x), .w(w), .sums(leaves));

  if (LIMIT == 2) begin : each_product
    spillway_saturating_chain #(
        .SIMD(SIMD), .BITS(P), .PRODUCT_BITS(LEAF_BITS), .PRODUCT_SIGNED(SIGNED), .STAGES(STAGES)
    ) chain (.clk(clk), .enable(enable), .enable_sum(enable_sum), .first(first), .products(leaves), .value(result));
  end else begin : each_cycle
    localparam int SUM_BITS = width_of(SIMD, CAP);
    // What only saturates in the end is kept exactly.
    localparam int EXACT = width_of(LENGTH, 62) + (SIGNED != 0 ? 0 : 1);
    localparam int KEPT = LIMIT == 3 && EXACT > P ? EXACT : P;
    logic [SUM_BITS-1:0] sum;
    logic [KEPT-1:0] value;
    spillway_adder_tree #(
        .LANES(SIMD), .GROUP(GROUP), .LANE_MIN(LANE_MIN), .LANE_MAX(LANE_MAX), .LEAF_BITS(LEAF_BITS), .CAP(CAP),
        .STAGES(STAGES), .BITS(SUM_BITS)
    ) tree (.clk(clk), .enable(enable), .leaves(leaves), .sum(sum));
    spillway_accumulator #(.BITS(KEPT), .SATURATE(LIMIT == 1 ? 1 : 0), .SUM_BITS(SUM_BITS), .SUM_SIGNED(SIGNED)) acc (
        .clk(clk), .enable(enable_sum), .first(first), .sum(sum), .value(value));
    spillway_clamp #(.BITS(KEPT), .OUT_BITS(P)) fit (.in(value), .out(result));
  end
endmodule
