// SPDX-License-Identifier: Apache-2.0
// Lets a part of each frame pass: KEPT_ROWS rows from FIRST_ROW on, of these some columns, of these some beats of a
// pixel; each in the cycle in which it is taken. The rest is taken and goes nowhere. Wires and counters. The twin of
// sim/units/crop_unit.h; docs/units/crop.md.
module spillway_crop #(
    parameter int BITS = 8,  // of a beat
    parameter int ROWS = 1,
    parameter int FIRST_ROW = 0,
    parameter int KEPT_ROWS = 1,
    parameter int COLUMNS = 1,
    parameter int FIRST_COLUMN = 0,
    parameter int KEPT_COLUMNS = 1,
    parameter int FOLDS = 1,
    parameter int FIRST_FOLD = 0,
    parameter int KEPT_FOLDS = 1
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            in_valid,
    output logic            in_ready,
    input  logic [BITS-1:0] in_data,
    output logic            out_valid,
    input  logic            out_ready,
    output logic [BITS-1:0] out_data
);
  logic step, pixel_ends, row_ends, fold_stays, column_stays, row_stays, unused_frame_ends;
  spillway_crop_axis #(.COUNT(FOLDS), .FIRST(FIRST_FOLD), .KEPT(KEPT_FOLDS)) folds (
      .clk, .rst, .step, .stays(fold_stays), .last(pixel_ends));
  spillway_crop_axis #(.COUNT(COLUMNS), .FIRST(FIRST_COLUMN), .KEPT(KEPT_COLUMNS)) columns (
      .clk, .rst, .step(step && pixel_ends), .stays(column_stays), .last(row_ends));
  spillway_crop_axis #(.COUNT(ROWS), .FIRST(FIRST_ROW), .KEPT(KEPT_ROWS)) rows (
      .clk, .rst, .step(step && pixel_ends && row_ends), .stays(row_stays), .last(unused_frame_ends));

  logic stays;
  assign stays     = fold_stays && column_stays && row_stays;
  assign out_valid = stays && in_valid;
  assign in_ready  = !stays || out_ready;
  assign step      = in_valid && in_ready;
  assign out_data  = in_data;
endmodule
