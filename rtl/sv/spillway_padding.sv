// SPDX-License-Identifier: Apache-2.0
// Puts beats of VALUE around a frame, and between its pixels where a stride is more than 1: four counters, and a
// mask that chooses the input or a constant. A beat of the input is passed on in the cycle in which it is taken, one
// of padding needs none. The twin of sim/units/padding_unit.h; docs/units/padding.md.
module spillway_padding #(
    parameter int SIMD = 1,
    parameter int BITS = 8,  // of an element
    parameter int HEIGHT = 1,
    parameter int WIDTH = 1,
    parameter int FOLDS = 1,  // beats of a pixel
    parameter int TOP = 0,
    parameter int LEFT = 0,
    parameter int BOTTOM = 0,
    parameter int RIGHT = 0,
    parameter int STRIDE_H = 1,
    parameter int STRIDE_W = 1,
    parameter logic [63:0] VALUE = 0  // sign-extended
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 in_valid,
    output logic                 in_ready,
    input  logic [SIMD*BITS-1:0] in_data,
    output logic                 out_valid,
    input  logic                 out_ready,
    output logic [SIMD*BITS-1:0] out_data
);
  logic [BITS-1:0] value;
  spillway_extend #(.FROM(64), .TO(BITS), .IS_SIGNED(1)) extend (.from(VALUE), .to(value));

  logic send, last_fold, row_ends, takes_row, takes_column;
  spillway_rounds #(.COUNT(FOLDS)) folds (.clk, .rst, .step(send), .last(last_fold));
  spillway_padding_axis #(.SIZE(WIDTH), .BEFORE(LEFT), .AFTER(RIGHT), .STRIDE(STRIDE_W)) columns (
      .clk, .rst, .step(send && last_fold), .takes(takes_column), .last(row_ends));
  logic unused_frame_ends;
  spillway_padding_axis #(.SIZE(HEIGHT), .BEFORE(TOP), .AFTER(BOTTOM), .STRIDE(STRIDE_H)) rows (
      .clk, .rst, .step(send && last_fold && row_ends), .takes(takes_row), .last(unused_frame_ends));

  logic takes;
  assign takes     = takes_row && takes_column;
  assign out_valid = !takes || in_valid;
  assign send      = out_valid && out_ready;
  assign in_ready  = takes && out_ready;
  // Not a choice between the two: of that synthesis makes the reset of a register behind it, and then the first register
  // of a stream is unlike the others, which are no shift register any more.
  assign out_data  = (in_data & {SIMD*BITS{takes}}) | ({SIMD{value}} & {SIMD*BITS{!takes}});
endmodule
