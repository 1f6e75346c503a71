// SPDX-License-Identifier: Apache-2.0
//
// A multiplier of two integers in LUTs, combinational: radix-4 Booth rows on carry chains, one LUT6 a bit.
//
// A row adds digit * x, digit in {-2..2} made of three bits of the other factor, to the running sum: a bit of the sum,
// two of x and the three of the digit are the six inputs of one LUT, and the sum's bit itself is what its carry
// multiplexer needs, so that no bit takes a second LUT (E. G. Walters, "Partial-product generation and addition for
// multiplication in FPGAs with 6-input LUTs", Asilomar 2014; M. Kumm et al., "An efficient softcore multiplier
// architecture for Xilinx FPGAs", ARITH 2015). Each row leaves two finished bits, so the next one takes a slice and never
// the whole sum: synthesis can't merge rows into a compressor.
//
// The factor with the cheaper digits is recoded. LUTs of M x N, N recoded: floor(N / 2) rows of M + 2, and a last row of
// M + 1 (N odd) or of M (N even and unsigned). With USE_DSP the product is left to synthesis.
module spillway_multiplier #(
    parameter A_BITS = 4,
    parameter A_SIGNED = 0,
    parameter B_BITS = 4,
    parameter B_SIGNED = 1,
    parameter P_BITS = A_BITS + B_BITS,  // of the product, its low ones: at most A_BITS + B_BITS
    parameter USE_DSP = 0
) (
    input  logic [A_BITS-1:0] a,
    input  logic [B_BITS-1:0] b,
    output logic [P_BITS-1:0] p
);
  // LUTs with the n-bit factor recoded.
  function automatic integer luts(input integer fn_m, input integer fn_n, input integer fn_n_signed);
    luts = (fn_n / 2) * (fn_m + 2) + (fn_n % 2 == 1 ? fn_m + 1 : fn_n_signed != 0 ? 0 : fn_m);
  endfunction

  localparam RECODE_A = luts(B_BITS, A_BITS, A_SIGNED) < luts(A_BITS, B_BITS, B_SIGNED) ? 1 : 0;

  generate
    if (USE_DSP != 0 && P_BITS >= 9 && A_BITS > 1 && B_BITS > 1) begin : dsp
      (* use_dsp = "yes" *) logic signed [A_BITS+B_BITS+1:0] product;
      assign product = $signed({A_SIGNED != 0 && a[A_BITS-1], a}) * $signed({B_SIGNED != 0 && b[B_BITS-1], b});
      assign p = product[P_BITS-1:0];
      logic unused;
      assign unused = &{1'b0, product[A_BITS+B_BITS+1:P_BITS]};
    end else if (RECODE_A != 0) begin : rows
      spillway_booth_rows #(.M(B_BITS), .M_SIGNED(B_SIGNED), .N(A_BITS), .N_SIGNED(A_SIGNED), .P_BITS(P_BITS)) rows (
          .x(b), .y(a), .p(p));
    end else begin : rows
      spillway_booth_rows #(.M(A_BITS), .M_SIGNED(A_SIGNED), .N(B_BITS), .N_SIGNED(B_SIGNED), .P_BITS(P_BITS)) rows (
          .x(a), .y(b), .p(p));
    end
  endgenerate
endmodule
