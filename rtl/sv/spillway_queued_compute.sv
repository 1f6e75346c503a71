// SPDX-License-Identifier: Apache-2.0
// The pipeline of an MVAU or a VVAU (spillway_compute) with a queue at its end, in the same cycles. While a beat that is
// due has no room only what says so stands still, and whoever issues: `enable`. The data go on, and what they become waits
// in spillway_output_queue until it is due.
//
// Latency, in enabled cycles from `issue` with `is_last` to `out_valid`: products 1, adder tree ceil(log2 SIMD),
// accumulator 1, thresholds 1 if there are any: as many results may wait. Only valid bits are reset.
module spillway_queued_compute #(
    parameter int PE = 2,
    parameter int SIMD = 4,
    parameter int LENGTH = 16,  // products of a dot product
    parameter int FOLDS = 2,    // beats of PE results after which rows begin again
    parameter int X_BITS = 4,
    parameter int X_KIND = 0,
    parameter int W_BITS = 4,
    parameter int W_KIND = 1,
    parameter int XNOR = 0,
    parameter int P = 16,
    parameter int LIMIT = 0,
    parameter int STEPS = 0,    // thresholds a row; 0: the accumulators leave as they are
    parameter int T_BITS = 16,
    parameter int Y_BITS = 16,
    parameter int Y_OFFSET = 0,
    parameter T_FILE = "",
    // Instead of the file, where there is but one word, and not too long a one.
    parameter logic [(STEPS == 0 || FOLDS > 1 || T_FILE != "" ? 1 : PE*STEPS*T_BITS)-1:0] T_WORD = '0,
    parameter int USE_DSP = 0
) (
    input  logic                      clk,
    input  logic                      rst,
    output logic                      enable,
    input  logic                      issue,
    input  logic                      is_last,
    input  logic [PE*SIMD*X_BITS-1:0] x,  // element pe * SIMD + lane
    input  logic [PE*SIMD*W_BITS-1:0] w,
    output logic                      out_valid,
    input  logic                      out_ready,
    output logic [PE*Y_BITS-1:0]      out_data
);
  localparam int STAGES = 1 + $clog2(SIMD);

  // Which stage holds an iteration, and the last one of a dot product.
  logic [STAGES:1] valid, last;
  always_ff @(posedge clk)
    if (rst) {valid, last} <= '0;
    else begin
      valid <= STAGES'({valid, issue});
      last <= STAGES'({last, issue && is_last});
    end

  logic is_first, result_valid, enable_sum;
  assign enable = !out_valid || out_ready;
  assign enable_sum = valid[STAGES];
  always_ff @(posedge clk)
    if (rst) is_first <= 1'b1;
    else if (enable_sum) is_first <= last[STAGES];
  always_ff @(posedge clk)
    if (rst) result_valid <= 1'b0;
    else result_valid <= last[STAGES];

  logic [PE*P-1:0] results;
  for (genvar p = 0; p < PE; p++) begin : element
    spillway_dot #(
        .SIMD(SIMD), .LENGTH(LENGTH), .X_BITS(X_BITS), .X_KIND(X_KIND), .W_BITS(W_BITS), .W_KIND(W_KIND), .XNOR(XNOR),
        .P(P), .LIMIT(LIMIT), .USE_DSP(USE_DSP)
    ) dot (
        .clk(clk), .enable(1'b1), .enable_sum(enable_sum), .first(is_first), .x(x[p*SIMD*X_BITS+:SIMD*X_BITS]),
        .w(w[p*SIMD*W_BITS+:SIMD*W_BITS]), .result(results[p*P+:P]));
  end

  logic made;
  logic [PE*Y_BITS-1:0] made_data;
  if (STEPS == 0) begin : raw
    assign made = result_valid;
    assign made_data = results;
  end else begin : activation
    spillway_threshold_stage #(
        .PE(PE), .FOLDS(FOLDS), .STEPS(STEPS), .X_BITS(P), .T_BITS(T_BITS), .Y_BITS(Y_BITS), .OFFSET(Y_OFFSET),
        .FILE(T_FILE), .WORD(T_WORD)
    ) thresholds (
        .clk(clk), .rst(rst), .enable(1'b1), .in_valid(result_valid), .x(results), .out_valid(made), .y(made_data));
  end

  localparam int LATENCY = STAGES + 1 + (STEPS != 0 ? 1 : 0);
  logic [LATENCY:1] due;
  always_ff @(posedge clk)
    if (rst) due <= '0;
    else if (enable) due <= LATENCY'({due, issue && is_last});
  assign out_valid = due[LATENCY];
  spillway_output_queue #(.BITS(PE * Y_BITS), .DEPTH(LATENCY)) queue (
      .clk(clk), .rst(rst), .in_valid(made), .in_data(made_data), .pop(out_valid && out_ready), .out_data(out_data));
endmodule
