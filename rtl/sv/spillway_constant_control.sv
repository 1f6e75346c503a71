// SPDX-License-Identifier: Apache-2.0
// What stands around the adders of an MVAU whose weights are constants (a module made for them): the pipeline's valid
// bits, thresholds behind it, and the handshake. One vector a cycle.
//
// `results` are those of the vector that was taken STAGES enabled cycles before. Latency: STAGES, and 1 for thresholds.
// While a beat that is due has no room everything stands still: `enable`, a clock enable for all registers.
module spillway_constant_control #(
    parameter int PE = 2,
    parameter int STAGES = 4,
    parameter int P = 16,
    parameter int STEPS = 0,  // thresholds a row; 0: the sums leave as they are
    parameter int T_BITS = 16,
    parameter int Y_BITS = 16,
    parameter int Y_OFFSET = 0,
    parameter T_FILE = "",
    // Instead of the file, where the word is not too long.
    parameter logic [(STEPS == 0 || T_FILE != "" ? 1 : PE*STEPS*T_BITS)-1:0] T_WORD = '0
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 in_valid,
    output logic                 in_ready,
    output logic                 enable,
    input  logic [PE*P-1:0]      results,
    output logic                 out_valid,
    input  logic                 out_ready,
    output logic [PE*Y_BITS-1:0] out_data
);
  assign enable = !out_valid || out_ready;
  assign in_ready = enable;

  logic [STAGES:1] valid;
  always_ff @(posedge clk)
    if (rst) valid <= '0;
    else if (enable) valid <= STAGES'({valid, in_valid});

  if (STEPS == 0) begin : raw
    assign out_valid = valid[STAGES];
    assign out_data = results;
  end else begin : activation
    spillway_threshold_stage #(
        .PE(PE), .FOLDS(1), .STEPS(STEPS), .X_BITS(P), .T_BITS(T_BITS), .Y_BITS(Y_BITS), .OFFSET(Y_OFFSET),
        .FILE(T_FILE), .WORD(T_WORD)
    ) thresholds (
        .clk(clk), .rst(rst), .enable(enable), .in_valid(valid[STAGES]), .x(results), .out_valid(out_valid),
        .y(out_data));
  end
endmodule
