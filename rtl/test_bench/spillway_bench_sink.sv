// SPDX-License-Identifier: Apache-2.0
// Takes BEATS beats from an accelerator and compares them, and TLAST, with FILE, X and Z included. Not hardware. The first
// difference is printed; so is it if nothing moves for PATIENCE cycles, and how many beats were compared if all are right.
module spillway_bench_sink #(
    parameter int BITS = 8,
    parameter int BEATS = 1,
    parameter int BEATS_PER_FRAME = 1,
    parameter int PATIENCE = 1000000,
    parameter logic [63:0] SALT = 64'h5851f42d4c957f2d,  // of the stalls
    parameter FILE = "expected.hex"
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            give_up,  // another part of the bench has failed
    input  logic            moves,    // at the other end
    input  logic            tvalid,
    input  logic            tlast,
    input  logic [BITS-1:0] tdata,
    output logic            tready,
    output logic            finished,
    output logic            failed
);
  logic [BITS-1:0] beats[0:BEATS-1];
  int next, in_frame, cycle, quiet;
  logic stall, no_stalls, no_beats, is_other, is_wrong;
  initial $readmemh(FILE, beats);

  spillway_bench_stalls #(.NAME("sink"), .SALT(SALT)) stalls (
      .clk, .rst, .draw(tvalid && !finished), .stall, .failed(no_stalls));
  spillway_bench_file #(.FILE(FILE), .WORDS(BEATS), .DIGITS((BITS + 3) / 4)) contents (.failed(no_beats));
  assign tready = !rst && !finished && tvalid && !stall;
  assign is_other = tdata !== beats[next];
  assign is_wrong = is_other || tlast !== (in_frame + 1 == BEATS_PER_FRAME);
  always @(posedge clk)
    if (rst) begin
      next <= 0;
      in_frame <= 0;
      cycle <= 0;
      quiet <= 0;
      finished <= 1'b0;
      failed <= 1'b0;
    end else if (!finished) begin
      cycle <= cycle + 1;
      quiet <= moves === 1'b1 || tready === 1'b1 ? 0 : quiet + 1;
      if (give_up || no_stalls || no_beats) begin  // which has said why
        failed <= 1'b1;
        finished <= 1'b1;
      end else if (tready === 1'b1) begin
        next <= next + 1;
        in_frame <= in_frame + 1 == BEATS_PER_FRAME ? 0 : in_frame + 1;
        if (is_wrong) begin
          $display("FAIL: frame %0d, beat %0d, cycle %0d: expected %h, found %h%s", next / BEATS_PER_FRAME, in_frame,
                   cycle, beats[next], tdata, is_other ? "" : " with a wrong TLAST");
          failed <= 1'b1;
          finished <= 1'b1;
        end else if (next + 1 == BEATS) begin
          $display("PASS: %0d frames, %0d beats, %0d cycles", BEATS / BEATS_PER_FRAME, BEATS, cycle + 1);
          finished <= 1'b1;
        end
      end else if (quiet == PATIENCE) begin
        $display("FAIL: nothing moved for %0d cycles after beat %0d of %0d", PATIENCE, next, BEATS);
        failed <= 1'b1;
        finished <= 1'b1;
      end
    end
endmodule
