// SPDX-License-Identifier: Apache-2.0
// A pipelined adder tree: a register for each leaf, then one a level; its sum comes STAGES enabled cycles later. A level
// has half as many nodes, an odd one passes through a register. Every node is exactly as wide as the sums of its lanes
// need, and never wider than CAP bits: sums modulo 2^CAP is all that an accumulator which wraps can see.
//
// LUTs: the width of its result less its new sign or carry bit, for each adder.
module spillway_adder_tree #(
    parameter int LANES = 4,                       // of the dot product: SIMD
    parameter int GROUP = 1,                       // lanes that a leaf holds the sum of; the last one may have fewer
    parameter logic signed [63:0] LANE_MIN = -120,  // of a lane's product
    parameter logic signed [63:0] LANE_MAX = 105,
    parameter int LEAF_BITS = 8,
    parameter int CAP = 64,
    parameter int STAGES = 3,                      // registers: at least 1 + ceil(log2(leaves))
    parameter int BITS = 10                        // of the sum
) (
    input  logic clk,
    input  logic enable,
    input  logic [(LANES+GROUP-1)/GROUP*LEAF_BITS-1:0] leaves,
    output logic [BITS-1:0] sum
);
  localparam int LEAVES = (LANES + GROUP - 1) / GROUP;
  localparam int LEVELS = $clog2(LEAVES);

  // Bits of the sum of that many lanes.
  function automatic integer bits_of(input integer fn_lanes);
    logic signed [63:0] fn_low, fn_high;
    fn_low = LANE_MIN * fn_lanes;
    fn_high = LANE_MAX * fn_lanes;
    bits_of = 1;
    while (bits_of < CAP && (fn_low < 0 ? fn_low < -(64'sd1 <<< (bits_of - 1)) || fn_high >= (64'sd1 <<< (bits_of - 1))
                                     : fn_high >= (64'sd1 <<< bits_of)))
      bits_of = bits_of + 1;
  endfunction

  // Lanes under node i of a level.
  function automatic integer lanes_of(input integer fn_level, input integer fn_i);
    lanes_of = (LANES < (fn_i + 1) * (GROUP << fn_level) ? LANES : (fn_i + 1) * (GROUP << fn_level)) -
        fn_i * (GROUP << fn_level);
  endfunction

  for (genvar l = 0; l <= LEVELS; l++) begin : level
    for (genvar i = 0; i < (LEAVES + (1 << l) - 1) >> l; i++) begin : node
      localparam int WIDTH = bits_of(lanes_of(l, i));
      logic [WIDTH-1:0] next, value;
      always_ff @(posedge clk) if (enable) value <= next;

      if (l == 0) begin : leaf
        assign next = leaves[i*LEAF_BITS+:WIDTH];
      end else if (2 * i + 1 < (LEAVES + (1 << (l - 1)) - 1) >> (l - 1)) begin : adder
        localparam int LEFT = bits_of(lanes_of(l - 1, 2 * i));
        localparam int RIGHT = bits_of(lanes_of(l - 1, 2 * i + 1));
        logic [LEFT-1:0] left;
        logic [RIGHT-1:0] right;
        assign left = level[l-1].node[2*i].value;
        assign right = level[l-1].node[2*i+1].value;
        if (LANE_MIN < 0) begin : of_signed
          assign next = WIDTH'($signed(left)) + WIDTH'($signed(right));
        end else begin : of_unsigned
          assign next = WIDTH'(left) + WIDTH'(right);
        end
      end else begin : odd
        assign next = level[l-1].node[2*i].value;
      end
    end
  end

  // A table sums the first lanes, so there may be fewer levels than the pipeline has stages for.
  for (genvar s = LEVELS + 1; s <= STAGES; s++) begin : stage
    logic [BITS-1:0] value;
    if (s == LEVELS + 1) begin : root
      assign value = level[LEVELS].node[0].value;
    end else begin : spare
      always_ff @(posedge clk) if (enable) value <= stage[s-1].value;
    end
  end
  assign sum = stage[STAGES].value;
  logic unused;  // the last leaf may have fewer lanes than the others
  assign unused = &{1'b0, leaves};
endmodule
