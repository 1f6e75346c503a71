// SPDX-License-Identifier: Apache-2.0
// Whether one end of an accelerator stalls in this cycle. Not hardware. Drawn with the probability +NAME_stall=PERCENT
// from a generator (splitmix64) with the seed +seed=N: one draw in each cycle that has `draw`, so that the same seed gives
// the stalls of `spillway simulate`. Or read from +NAME_stalls=FILE: a line of 0 or 1 a cycle, none after its end.
module spillway_bench_stalls #(
    parameter NAME = "source",
    parameter logic [63:0] SALT = 0,  // so that both ends stall independently
    parameter int LINES = 16384  // of the file, at most
) (
    input  logic clk,
    input  logic rst,
    input  logic draw,
    output logic stall,
    output logic failed  // the file is not there, or has too many lines
);
  logic [63:0] seed, threshold, percent, state, drawn, a, b;
  logic from_file;
  logic listed[0:LINES-1];
  int cycle, opened, lines, character;
  string file;

  initial begin
    if ($value$plusargs({NAME, "_stall=%d"}, percent) == 0) percent = 0;
    if ($value$plusargs("seed=%d", seed) == 0) seed = 1;
    threshold = (percent << 53) / 100;
    for (int i = 0; i < LINES; i++) listed[i] = 1'b0;
    failed = 1'b0;
    lines = 0;
    from_file = $value$plusargs({NAME, "_stalls=%s"}, file) != 0;
    if (from_file) begin
      opened = $fopen(file, "r");
      if (opened == 0) begin
        $display("FAIL: %0s, of +%0s_stalls, is not there", file, NAME);
        failed = 1'b1;
      end else begin
        character = $fgetc(opened);
        while (character >= 0) begin
          if (character == "0" || character == "1") lines = lines + 1;
          character = $fgetc(opened);
        end
        $fclose(opened);
        if (lines > LINES) begin
          $display("FAIL: %0s has %0d lines; right: %0d or fewer", file, lines, LINES);
          failed = 1'b1;
        end else $readmemb(file, listed);
      end
    end
  end

  assign drawn = state + 64'h9e3779b97f4a7c15;
  assign a = (drawn ^ (drawn >> 30)) * 64'hbf58476d1ce4e5b9;
  assign b = (a ^ (a >> 27)) * 64'h94d049bb133111eb;
  assign stall = from_file ? cycle < LINES && listed[cycle] : threshold != 0 && ((b ^ (b >> 31)) >> 11) < threshold;
  always_ff @(posedge clk)
    if (rst) begin
      state <= seed ^ SALT;
      cycle <= 0;
    end else begin
      if (draw) state <= drawn;
      cycle <= cycle + 1;
    end
endmodule
