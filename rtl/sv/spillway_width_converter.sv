// SPDX-License-Identifier: Apache-2.0
// Turns beats of FROM elements into beats of TO elements, in any ratio. A register of FROM + TO - gcd elements, the
// oldest at the bottom, where a beat leaves from: sending shifts it down, and what is taken goes in above what is left.
// A beat is sent if it was there when the cycle began. The twin of sim/units/width_converter_unit.h;
// docs/units/width_converter.md.
module spillway_width_converter #(
    parameter int BITS = 8,  // of an element
    parameter int FROM = 1,
    parameter int TO = 2,
    parameter int GCD = 1  // of FROM and TO
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 in_valid,
    output logic                 in_ready,
    input  logic [FROM*BITS-1:0] in_data,
    output logic                 out_valid,
    input  logic                 out_ready,
    output logic [  TO*BITS-1:0] out_data
);
  logic take;
  assign take = in_valid && in_ready;

  localparam int IN = FROM / GCD, OUT = TO / GCD, PLACES = IN + OUT - 1, GROUP = GCD * BITS;  // in groups of elements
  logic [PLACES*GROUP-1:0] elements;
  assign out_data = elements[TO*BITS-1:0];

  if (IN == 1) begin : wider
    // What comes in goes in at the top: once a beat is there, its first element is at the bottom.
    logic last;
    spillway_rounds #(.COUNT(OUT)) groups (.clk, .rst, .step(take), .last);
    assign in_ready = !out_valid || out_ready;
    always_ff @(posedge clk)
      if (rst) out_valid <= 1'b0;
      else if (in_ready) out_valid <= take && last;
    if (OUT == 1) begin : same
      always_ff @(posedge clk) if (take) elements <= in_data;
    end else begin : shifting
      always_ff @(posedge clk) if (take) elements <= {in_data, elements[PLACES*GROUP-1:GROUP]};
    end
  end else if (OUT == 1) begin : narrower
    // The next beat is taken when the end of the last one leaves.
    logic last, send;
    assign send = out_valid && out_ready;
    spillway_rounds #(.COUNT(IN)) groups (.clk, .rst, .step(send), .last);
    assign in_ready = !out_valid || (out_ready && last);
    always_ff @(posedge clk)
      if (rst) out_valid <= 1'b0;
      else if (in_ready) out_valid <= take;
    always_ff @(posedge clk)
      if (take) elements <= in_data;
      else if (send) elements <= {{GROUP{1'b0}}, elements[PLACES*GROUP-1:GROUP]};
  end else begin : any
    // A bit for each number of groups that may be there: counting is shifting, and each rule looks at single bits.
    logic send;
    logic [PLACES:0] held, left;  // at the cycle's start; once a beat was sent
    assign send = out_valid && out_ready;
    assign out_valid = |held[PLACES:OUT];
    assign left = send ? held >> OUT : held;
    assign in_ready = |left[PLACES-IN:0];
    always_ff @(posedge clk) held <= rst ? (PLACES + 1)'(1) : take ? left << IN : left;

    // Group i of the register: what is left there, or group i - n of the input, n groups being left. At most OUT - 1
    // groups are left when a beat is taken.
    for (genvar i = 0; i < PLACES; i++) begin : group
      logic [GROUP-1:0] kept, taken;
      logic is_kept;
      if (i + OUT < PLACES) assign kept = send ? elements[(i+OUT)*GROUP+:GROUP] : elements[i*GROUP+:GROUP];
      else assign kept = elements[i*GROUP+:GROUP];
      always_comb begin
        taken = '0;
        for (int n = 0; n < OUT; n++)
          if (i >= n && i - n < IN) taken = taken | (in_data[(i-n)*GROUP+:GROUP] & {GROUP{left[n]}});
      end
      if (i < OUT - 1) assign is_kept = |left[PLACES:i+1];
      else assign is_kept = 1'b0;
      always_ff @(posedge clk)
        if (take || send) elements[i*GROUP+:GROUP] <= is_kept || !take ? kept : taken;
    end
  end
endmodule
