// SPDX-License-Identifier: Apache-2.0
// Puts a value with its label into K places that hold values in descending order: above the first one that is strictly
// less or not filled; those below move down, and the last one falls out. No registers.
module spillway_insert #(
    parameter int K = 1,
    parameter int VALUE_BITS = 8,
    parameter bit IS_SIGNED = 0,
    parameter int LABEL_BITS = 4
) (
    input  logic [  VALUE_BITS-1:0] value,
    input  logic [  LABEL_BITS-1:0] label,
    // verilator lint_off UNUSED
    input  logic [           K-1:0] filled_before,  // ones from below
    // verilator lint_on UNUSED
    input  logic [K*VALUE_BITS-1:0] values_before,
    input  logic [K*LABEL_BITS-1:0] labels_before,
    output logic [           K-1:0] filled_after,
    output logic [K*VALUE_BITS-1:0] values_after,
    output logic [K*LABEL_BITS-1:0] labels_after
);
  logic [K-1:0] is_below;  // the places that move down: ones from above, since values descend
  for (genvar k = 0; k < K; k++) begin : place
    localparam int ABOVE = k > 0 ? k - 1 : 0;
    logic [VALUE_BITS-1:0] held;
    logic is_less, takes_value;
    assign held = values_before[k*VALUE_BITS+:VALUE_BITS];
    if (IS_SIGNED) assign is_less = $signed(held) < $signed(value);
    else assign is_less = held < value;
    assign is_below[k] = is_less || !filled_before[k];
    assign takes_value = k == 0 || !is_below[ABOVE];

    assign filled_after[k] = k == 0 || filled_before[ABOVE];
    assign values_after[k*VALUE_BITS+:VALUE_BITS] =
        !is_below[k] ? held : takes_value ? value : values_before[ABOVE*VALUE_BITS+:VALUE_BITS];
    assign labels_after[k*LABEL_BITS+:LABEL_BITS] =
        !is_below[k] ? labels_before[k*LABEL_BITS+:LABEL_BITS] :
        takes_value ? label : labels_before[ABOVE*LABEL_BITS+:LABEL_BITS];
  end
endmodule
