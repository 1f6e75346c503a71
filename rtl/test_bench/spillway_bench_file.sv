// SPDX-License-Identifier: Apache-2.0
// Whether a file of $readmemh or $readmemb is there and has the words that it should have; says what is wrong. Not
// hardware. A simulator warns at most of a file that it does not find, and goes on with zeros.
module spillway_bench_file #(
    parameter FILE = "",
    parameter int WORDS = 1,
    parameter int DIGITS = 1  // of each
) (
    output logic failed
);
  int opened, character, digits, words;
  logic in_word;
  initial begin
    failed = 1'b0;
    digits = 0;
    words = 0;
    in_word = 1'b0;
    opened = $fopen(FILE, "r");
    if (opened == 0) begin
      $display("FAIL: %0s is not there; right: the folder that it is in, or a copy of it here", FILE);
      failed = 1'b1;
    end else begin
      character = $fgetc(opened);
      while (character >= 0) begin
        if (character > 32) begin
          digits = digits + 1;
          if (!in_word) words = words + 1;
        end
        in_word = character > 32;
        character = $fgetc(opened);
      end
      $fclose(opened);
      if (words != WORDS || digits != WORDS * DIGITS) begin
        $display("FAIL: %0s has %0d words of %0d digits together; expected %0d of %0d each", FILE, words, digits, WORDS,
                 DIGITS);
        failed = 1'b1;
      end
    end
  end
endmodule
