// SPDX-License-Identifier: Apache-2.0
// Feeds an accelerator the BEATS beats of FILE, one a cycle where there is room and nothing stalls. Not hardware.
module spillway_bench_source #(
    parameter int BITS = 8,
    parameter int BEATS = 1,
    parameter int BEATS_PER_FRAME = 1,
    parameter FILE = "input.hex"
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            tready,
    output logic            tvalid,
    output logic            tlast,
    output logic [BITS-1:0] tdata,
    output logic            failed  // there is a file that can't be read
);
  logic [BITS-1:0] beats[0:BEATS-1];
  int next, in_frame;
  logic has_beat, stall, no_stalls, no_beats;
  initial $readmemh(FILE, beats);

  spillway_bench_stalls #(.NAME("source")) stalls (
      .clk, .rst, .draw(has_beat && tready), .stall, .failed(no_stalls));
  spillway_bench_file #(.FILE(FILE), .WORDS(BEATS), .DIGITS((BITS + 3) / 4)) contents (.failed(no_beats));
  assign failed = no_stalls || no_beats;
  assign has_beat = !rst && next < BEATS;
  assign tvalid   = has_beat && !stall;
  assign tlast    = in_frame == BEATS_PER_FRAME - 1;
  assign tdata    = has_beat ? beats[next] : '0;
  always_ff @(posedge clk)
    if (rst) begin
      next <= 0;
      in_frame <= 0;
    end else if (tvalid && tready) begin
      next <= next + 1;
      in_frame <= tlast ? 0 : in_frame + 1;
    end
endmodule
