// SPDX-License-Identifier: Apache-2.0
// The indices of the K greatest of LABELS values, greatest first, PE values a beat: K places with a value and a label
// each, and a comparator a place and lane. A value goes in above the first place whose value is strictly less, so that
// the first index wins a tie, and moves those below down. The places are the result: it leaves in the cycle after the
// last value was taken. The twin of sim/units/label_select_unit.h; docs/units/label_select.md.
module spillway_label_select #(
    parameter int PE = 1,
    parameter int LABELS = 10,
    parameter int K = 1,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter int OUT_BITS = 8
) (
    input  logic                  clk,
    input  logic                  rst,
    input  logic                  in_valid,
    output logic                  in_ready,
    input  logic [PE*IN_BITS-1:0] in_data,
    output logic                  out_valid,
    input  logic                  out_ready,
    output logic [K*OUT_BITS-1:0] out_data
);
  localparam int LABEL_BITS = LABELS > 1 ? $clog2(LABELS) : 1;

  logic take, last_beat;
  assign in_ready = !out_valid || out_ready;
  assign take = in_valid && in_ready;
  spillway_rounds #(.COUNT(LABELS / PE)) beats (.clk, .rst, .step(take), .last(last_beat));
  always_ff @(posedge clk)
    if (rst) out_valid <= 1'b0;
    else if (in_ready) out_valid <= take && last_beat;

  logic [LABEL_BITS-1:0] label;  // of lane 0
  always_ff @(posedge clk)
    if (rst) label <= '0;
    else if (take) label <= last_beat ? '0 : label + LABEL_BITS'(PE);

  // The places after each lane: those of the registers for lane 0, what the registers become for the last one.
  logic [K-1:0] filled;  // ones from below
  logic [K*IN_BITS-1:0] values;
  logic [K*LABEL_BITS-1:0] labels;
  for (genvar i = 0; i < PE; i++) begin : lane
    logic [K-1:0] filled_before, filled_after;
    logic [K*IN_BITS-1:0] values_before, values_after;
    logic [K*LABEL_BITS-1:0] labels_before, labels_after;
    if (i == 0) begin : first
      assign filled_before = filled;
      assign values_before = values;
      assign labels_before = labels;
    end else begin : next
      assign filled_before = lane[i-1].filled_after;
      assign values_before = lane[i-1].values_after;
      assign labels_before = lane[i-1].labels_after;
    end
    spillway_insert #(.K(K), .VALUE_BITS(IN_BITS), .IS_SIGNED(IN_SIGNED), .LABEL_BITS(LABEL_BITS)) insert (
        .value(in_data[i*IN_BITS+:IN_BITS]), .label(label + LABEL_BITS'(i)), .filled_before, .values_before,
        .labels_before, .filled_after, .values_after, .labels_after);
  end
  always_ff @(posedge clk)
    if (rst) filled <= '0;
    else if (take) filled <= last_beat ? '0 : lane[PE-1].filled_after;
  always_ff @(posedge clk)
    if (take) begin
      values <= lane[PE-1].values_after;
      labels <= lane[PE-1].labels_after;
    end

  for (genvar k = 0; k < K; k++) begin : result
    spillway_extend #(.FROM(LABEL_BITS), .TO(OUT_BITS)) widen (
        .from(labels[k*LABEL_BITS+:LABEL_BITS]), .to(out_data[k*OUT_BITS+:OUT_BITS]));
  end
endmodule
