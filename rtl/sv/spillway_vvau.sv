// SPDX-License-Identifier: Apache-2.0
// The vector-vector-activation unit (depthwise): C channels with a dot product of K weights each, PE channels and SIMD
// window elements a cycle. The twin of sim/units/vvau_unit.h; docs/units/vvau.md.
//
// One iteration a cycle, each with an input beat of its own: NF = C / PE channel folds outside, SF = K / SIMD window
// folds inside. Lane l * PE + p of a beat is window element l of channel p. The weights' word of iteration nf * SF + sf
// holds that of channel p and element l at place p * SIMD + l. Latency: spillway_compute.
module spillway_vvau #(
    parameter int C = 4,
    parameter int K = 9,
    parameter int PE = 2,
    parameter int SIMD = 3,
    parameter int X_BITS = 4,
    parameter int X_KIND = 0,    // 0 unsigned, 1 signed, 2 bipolar (a bit: 1 is +1, 0 is -1)
    parameter int W_BITS = 4,
    parameter int W_KIND = 1,
    parameter int P = 16,
    parameter int LIMIT = 0,     // of the accumulator: spillway_dot
    parameter int STEPS = 0,     // thresholds a row; 0: the accumulators leave as they are
    parameter int T_BITS = 16,
    parameter int Y_BITS = P,
    parameter int Y_OFFSET = 0,
    parameter W_STYLE = "distributed",  // or "block"
    parameter W_FILE = "",
    parameter T_FILE = "",
    // Instead of the file, where there is but one word, and not too long a one.
    parameter logic [(STEPS == 0 || C > PE || T_FILE != "" ? 1 : PE*STEPS*T_BITS)-1:0] T_WORD = '0,
    parameter int USE_DSP = 0
) (
    input  logic                      clk,
    input  logic                      rst,
    input  logic                      in_valid,
    output logic                      in_ready,
    input  logic [SIMD*PE*X_BITS-1:0] in_data,
    output logic                      out_valid,
    input  logic                      out_ready,
    output logic [PE*Y_BITS-1:0]      out_data
);
  localparam int SF = K / SIMD, NF = C / PE;
  localparam int SF_BITS = $clog2(SF) > 0 ? $clog2(SF) : 1;
  localparam int STEP_BITS = $clog2(SF * NF) > 0 ? $clog2(SF * NF) : 1;

  logic enable, issue;
  assign issue = enable && in_valid;
  assign in_ready = enable;

  logic [STEP_BITS-1:0] step, next_step;
  logic is_last_step, is_last_sf;
  spillway_counter #(.COUNT(SF * NF)) count_steps (
      .clk(clk), .rst(rst), .enable(issue), .next_value(next_step), .value(step), .is_last(is_last_step));
  if (NF == 1) begin : one_fold
    assign is_last_sf = is_last_step;
  end else begin : folds
    logic [SF_BITS-1:0] sf, next_sf;
    spillway_counter #(.COUNT(SF)) count_sf (
        .clk(clk), .rst(rst), .enable(issue), .next_value(next_sf), .value(sf), .is_last(is_last_sf));
    logic unused;
    assign unused = &{1'b0, is_last_step, sf, next_sf};
  end

  // A channel's elements side by side.
  logic [PE*SIMD*X_BITS-1:0] x;
  for (genvar p = 0; p < PE; p++) begin : channel
    for (genvar l = 0; l < SIMD; l++) begin : lane
      assign x[(p*SIMD+l)*X_BITS+:X_BITS] = in_data[(l*PE+p)*X_BITS+:X_BITS];
    end
  end

  logic [PE*SIMD*W_BITS-1:0] weights;
  spillway_memory #(.BITS(PE * SIMD * W_BITS), .DEPTH(SF * NF), .STYLE(W_STYLE), .FILE(W_FILE)) weight_memory (
      .clk(clk), .next_address(next_step), .address(step), .word(weights));

  spillway_compute #(
      .PE(PE), .SIMD(SIMD), .LENGTH(K), .FOLDS(NF), .X_BITS(X_BITS), .X_KIND(X_KIND), .W_BITS(W_BITS),
      .W_KIND(W_KIND), .P(P), .LIMIT(LIMIT), .STEPS(STEPS), .T_BITS(T_BITS), .Y_BITS(Y_BITS), .Y_OFFSET(Y_OFFSET),
      .T_FILE(T_FILE), .T_WORD(T_WORD), .USE_DSP(USE_DSP)
  ) compute (
      .clk(clk), .rst(rst), .enable(enable), .issue(issue), .is_last(is_last_sf), .x(x), .w(weights),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
endmodule
