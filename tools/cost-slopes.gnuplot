# SPDX-License-Identifier: Apache-2.0
# Draws the sweeps of cost_slopes --plot-data (data): a block a sweep, bits, measured, modelled and FINN a line.
set terminal svg size 820,380 font "Helvetica,13" background rgb "white"
set encoding utf8
set key outside right center Left reverse samplen 2
set grid ytics lt 1 lc rgb "#cccccc"
set border 3
set tics nomirror
set ylabel "LUTs of the unit"
set yrange [0:*]

set xlabel "accumulator bits P (M = N = 4)"
set xrange [6:34]
set output "docs/images/cost-accumulator.svg"
plot data index 0 using 1:2 with points pt 7 ps 0.8 lc rgb "#1b1b1b" title "measured (Yosys), 7 thresholds", \
     data index 0 using 1:3 with lines lw 1.5 lc rgb "#0072b2" title "modelled", \
     data index 1 using 1:2 with points pt 5 ps 0.8 lc rgb "#1b1b1b" title "measured, no thresholds", \
     data index 1 using 1:3 with lines lw 1.5 lc rgb "#56b4e9" title "modelled", \
     data index 3 using 1:2 with points pt 9 ps 0.9 lc rgb "#1b1b1b" title "measured, saturating, 7 thresholds", \
     data index 3 using 1:3 with lines lw 1.5 lc rgb "#009e73" title "modelled", \
     data index 0 using 1:4 with lines dt 2 lw 1.5 lc rgb "#d55e00" title "FINN's formula, 7 thresholds"

set xlabel "weight bits M (N = 4, P = 24)"
set xrange [0.5:8.5]
set output "docs/images/cost-weights.svg"
plot data index 4 using 1:2 with points pt 7 ps 0.8 lc rgb "#1b1b1b" title "measured (Yosys)", \
     data index 4 using 1:3 with lines lw 1.5 lc rgb "#0072b2" title "modelled", \
     data index 4 using 1:4 with lines dt 2 lw 1.5 lc rgb "#d55e00" title "FINN's formula"

set xlabel "input bits N (M = 4, P = 24)"
set output "docs/images/cost-inputs.svg"
plot data index 5 using 1:2 with points pt 7 ps 0.8 lc rgb "#1b1b1b" title "measured (Yosys)", \
     data index 5 using 1:3 with lines lw 1.5 lc rgb "#0072b2" title "modelled", \
     data index 5 using 1:4 with lines dt 2 lw 1.5 lc rgb "#d55e00" title "FINN's formula"
