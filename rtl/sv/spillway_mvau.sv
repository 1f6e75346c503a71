// SPDX-License-Identifier: Apache-2.0
// The matrix-vector-activation unit: MH x MW weights, PE rows and SIMD columns a cycle. The twin of sim/units/mvau_unit.h;
// docs/units/mvau.md.
//
// One iteration a cycle, NF = MH / PE neuron folds outside, SF = MW / SIMD synapse folds inside. The iterations of the
// first neuron fold take an input beat each and keep it for the others. The weights' word of iteration nf * SF + sf holds
// that of element p and lane l at place p * SIMD + l. Throughput: NF * SF cycles a vector; latency: spillway_compute.
module spillway_mvau #(
    parameter int MW = 16,
    parameter int MH = 4,
    parameter int PE = 2,
    parameter int SIMD = 4,
    parameter int X_BITS = 4,
    parameter int X_KIND = 0,    // 0 unsigned, 1 signed, 2 bipolar (a bit: 1 is +1, 0 is -1)
    parameter int W_BITS = 4,
    parameter int W_KIND = 1,
    parameter int XNOR = 0,      // 1: a product is 1 where two bits agree, else 0
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
    parameter logic [(STEPS == 0 || MH > PE || T_FILE != "" ? 1 : PE*STEPS*T_BITS)-1:0] T_WORD = '0,
    parameter int USE_DSP = 0
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [SIMD*X_BITS-1:0] in_data,
    output logic                   out_valid,
    input  logic                   out_ready,
    output logic [PE*Y_BITS-1:0]   out_data
);
  localparam int SF = MW / SIMD, NF = MH / PE;
  localparam int SF_BITS = $clog2(SF) > 0 ? $clog2(SF) : 1;
  localparam int STEP_BITS = $clog2(SF * NF) > 0 ? $clog2(SF * NF) : 1;

  logic enable, loading, issue;
  assign issue = enable && (!loading || in_valid);
  assign in_ready = enable && loading;

  logic [STEP_BITS-1:0] step, next_step;
  logic is_last_step, is_last_sf;
  logic [SF_BITS-1:0] sf;
  spillway_counter #(.COUNT(SF * NF)) count_steps (
      .clk(clk), .rst(rst), .enable(issue), .next_value(next_step), .value(step), .is_last(is_last_step));
  if (NF == 1) begin : one_fold
    assign sf = step;
    assign is_last_sf = is_last_step;
  end else if (SF == 1 << $clog2(SF)) begin : even_folds
    assign sf = SF == 1 ? '0 : step[SF_BITS-1:0];
    assign is_last_sf = SF == 1 || &step[SF_BITS-1:0];
  end else begin : odd_folds
    logic [SF_BITS-1:0] next_sf;
    spillway_counter #(.COUNT(SF)) count_sf (
        .clk(clk), .rst(rst), .enable(issue), .next_value(next_sf), .value(sf), .is_last(is_last_sf));
    logic unused;
    assign unused = &{1'b0, next_sf};
  end

  logic [SIMD*X_BITS-1:0] beat;
  if (NF == 1) begin : no_replay
    assign loading = 1'b1;
    assign beat = in_data;
    logic unused;
    assign unused = &{1'b0, sf};
  end else begin : replay
    always_ff @(posedge clk)
      if (rst) loading <= 1'b1;
      else if (issue && is_last_sf) loading <= is_last_step;
    spillway_replay_buffer #(.BITS(SIMD * X_BITS), .DEPTH(SF)) buffer (
        .clk(clk), .loading(loading), .write(loading && issue), .address(sf), .in(in_data), .out(beat));
  end

  logic [PE*SIMD*X_BITS-1:0] x;  // the same for each element
  for (genvar p = 0; p < PE; p++) begin : element
    assign x[p*SIMD*X_BITS+:SIMD*X_BITS] = beat;
  end

  logic [PE*SIMD*W_BITS-1:0] weights;
  spillway_memory #(.BITS(PE * SIMD * W_BITS), .DEPTH(SF * NF), .STYLE(W_STYLE), .FILE(W_FILE)) weight_memory (
      .clk(clk), .next_address(next_step), .address(step), .word(weights));

  spillway_compute #(
      .PE(PE), .SIMD(SIMD), .LENGTH(MW), .FOLDS(NF), .X_BITS(X_BITS), .X_KIND(X_KIND), .W_BITS(W_BITS),
      .W_KIND(W_KIND), .XNOR(XNOR), .P(P), .LIMIT(LIMIT), .STEPS(STEPS), .T_BITS(T_BITS), .Y_BITS(Y_BITS),
      .Y_OFFSET(Y_OFFSET), .T_FILE(T_FILE), .T_WORD(T_WORD), .USE_DSP(USE_DSP)
  ) compute (
      .clk(clk), .rst(rst), .enable(enable), .issue(issue), .is_last(is_last_sf), .x(x), .w(weights),
      .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data));
endmodule
