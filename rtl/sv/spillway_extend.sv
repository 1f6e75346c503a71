// SPDX-License-Identifier: Apache-2.0
// An element as a two's complement number of another width: cut off, or extended as its type asks. BIPOLAR: a 0 bit is
// -1, a 1 bit is +1.
module spillway_extend #(
    parameter int FROM = 8,
    parameter int TO = 8,
    parameter bit IS_SIGNED = 0,
    parameter bit BIPOLAR = 0
) (
    // verilator lint_off UNUSED
    input  logic [FROM-1:0] from,  // cut off: the upper bits don't matter
    // verilator lint_on UNUSED
    output logic [  TO-1:0] to
);
  if (TO <= FROM && !(BIPOLAR && TO > 1)) assign to = from[TO-1:0];
  else if (BIPOLAR) assign to = {{(TO - 1) {!from[0]}}, 1'b1};
  else assign to = {{(TO - FROM) {IS_SIGNED && from[FROM-1]}}, from};
endmodule
