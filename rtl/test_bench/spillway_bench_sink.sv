// SPDX-License-Identifier: Apache-2.0
// Takes BEATS beats from an accelerator and compares them, and TLAST, with FILE. Not hardware. The first difference is
// printed; so is it if nothing moves for PATIENCE cycles.
module spillway_bench_sink #(
    parameter int BITS = 8,
    parameter int BEATS = 1,
    parameter int BEATS_PER_FRAME = 1,
    parameter int PATIENCE = 1000000,
    parameter FILE = "expected.hex"
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            moves,  // at the other end
    input  logic            tvalid,
    input  logic            tlast,
    input  logic [BITS-1:0] tdata,
    output logic            tready,
    output logic            finished,
    output logic            failed
);
  logic [BITS-1:0] beats[BEATS];
  int next, in_frame, cycle, quiet;
  logic stall;
  initial $readmemh(FILE, beats);

  spillway_bench_stalls #(.NAME("sink"), .SALT(64'h5851f42d4c957f2d)) stalls (
      .clk, .rst, .draw(tvalid && !finished), .stall);
  assign tready = !rst && !finished && tvalid && !stall;
  always_ff @(posedge clk)
    if (rst) begin
      next <= 0;
      in_frame <= 0;
      cycle <= 0;
      quiet <= 0;
      finished <= 1'b0;
      failed <= 1'b0;
    end else if (!finished) begin
      cycle <= cycle + 1;
      quiet <= moves || tready ? 0 : quiet + 1;
      if (tready) begin
        next <= next + 1;
        in_frame <= in_frame + 1 == BEATS_PER_FRAME ? 0 : in_frame + 1;
        if (tdata != beats[next] || tlast != (in_frame + 1 == BEATS_PER_FRAME)) begin
          $display("FAIL: frame %0d, beat %0d, cycle %0d: expected %h, found %h%s", next / BEATS_PER_FRAME, in_frame,
                   cycle, beats[next], tdata, tdata == beats[next] ? " with a wrong TLAST" : "");
          failed <= 1'b1;
        end
        if (next + 1 == BEATS) begin
          finished <= 1'b1;
          if (!failed && tdata == beats[next])
            $display("PASS: %0d frames, %0d beats, %0d cycles", BEATS / BEATS_PER_FRAME, BEATS, cycle + 1);
        end else if (tdata != beats[next]) finished <= 1'b1;
      end else if (quiet == PATIENCE) begin
        $display("FAIL: nothing moved for %0d cycles after beat %0d of %0d", PATIENCE, next, BEATS);
        failed <= 1'b1;
        finished <= 1'b1;
      end
    end
endmodule
