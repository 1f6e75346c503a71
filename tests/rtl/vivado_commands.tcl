# SPDX-License-Identifier: Apache-2.0
# Runs scripts for Vivado without Vivado: every command that they use is here with the arguments that UG835 ("Vivado
# Design Suite Tcl Command Reference Guide") and UG1118 (IP packager) document for it, and refuses all others. Commands
# that are not here are errors of Tcl.
#
#     tclsh vivado_commands.tcl SCRIPT [ARGUMENT...]     prints the commands, one a line

# command {flags} {options with a value} least positional, most positional
set documented {
  create_project {-force -in_memory -ip -rtl_kernel -quiet -verbose} {-part} 0 2
  add_files {-norecurse -copy_to -force -quiet -verbose} {-fileset -of_objects -scan_for_includes} 0 1
  get_files {-regexp -nocase -all -quiet -verbose} {-filter -compile_order -used_in -of_objects} 0 1
  current_fileset {-constrset -simset -srcset -blockset -quiet -verbose} {} 0 1
  update_compile_order {-force_gui -quiet -verbose} {-fileset} 0 0
  set_property {-quiet -verbose} {-dict} 3 3
  get_property {-min -max -quiet -verbose} {} 2 2
  close_project {-delete -quiet -verbose} {} 0 0
  read_verilog {-sv -quiet -verbose} {-library} 1 1
  read_xdc {-cells -no_add -quiet -verbose} {-ref -quiet_diff -mode -unmanaged} 1 1
  synth_design {-rtl -quiet -verbose -no_lc} {-name -part -constrset -top -include_dirs -generic -verilog_define
    -flatten_hierarchy -gated_clock_conversion -directive -fanout_limit -mode -fsm_extraction -max_bram -max_dsp} 0 0
  opt_design {-retarget -propconst -sweep -quiet -verbose} {-directive} 0 0
  place_design {-no_timing_driven -timing_summary -unplace -post_place_opt -quiet -verbose} {-directive} 0 0
  route_design {-unroute -release_memory -tns_cleanup -quiet -verbose} {-directive -nets} 0 0
  report_utilization {-hierarchical -append -return_string -slr -quiet -verbose} {-file -name -cells -pblocks
    -hierarchical_depth -spreadsheet_file -spreadsheet_table} 0 0
  report_timing_summary {-check_timing_verbose -setup -hold -no_header -append -return_string -quiet -verbose} {-file
    -delay_type -max_paths -nworst -name} 0 0
  write_checkpoint {-force -cell -quiet -verbose} {-key} 1 1
  get_timing_paths {-setup -hold -unique_pins -quiet -verbose} {-from -to -through -delay_type -max_paths -nworst
    -slack_lesser_than -group} 0 0
  version {-short -quiet -verbose} {} 0 0
  ipx::package_project {-import_files -set_current -force -generated_files -quiet -verbose} {-root_dir -vendor -library
    -name -version -taxonomy -archive_source_project -module -force_update_compile_order -import_files} 0 0
  ipx::current_core {-quiet -verbose} {} 0 1
  ipx::associate_bus_interfaces {-clear -remove -quiet -verbose} {-busif -clock -reset} 1 1
  ipx::create_xgui_files {-quiet -verbose} {-logo_file} 1 1
  ipx::update_checksums {-quiet -verbose} {} 1 1
  ipx::check_integrity {-quiet -verbose} {-xrt} 1 1
  ipx::save_core {-quiet -verbose} {} 1 1
}

set utilization {
| Site Type                  | Used | Fixed | Prohibited | Available | Util% |
+----------------------------+------+-------+------------+-----------+-------+
| Slice LUTs*                | 1234 |     0 |          0 |     53200 |  2.32 |
|   LUT as Logic             | 1000 |     0 |          0 |     53200 |  1.88 |
|   LUT as Memory            |  234 |     0 |          0 |     17400 |  1.34 |
|     LUT as Distributed RAM |  200 |     0 |            |           |       |
|     LUT as Shift Register  |   34 |     0 |            |           |       |
| Slice Registers            | 2345 |     0 |          0 |    106400 |  2.20 |
| Block RAM Tile             |  3.5 |     0 |          0 |       140 |  2.50 |
| DSPs                       |    7 |     0 |          0 |       220 |  3.18 |
}

proc answer {command given} {
  switch $command {
    ipx::current_core { return core }
    current_fileset { return sources_1 }
    get_files { return [lindex $given end] }
    get_timing_paths { return path }
    get_property { return 0.123 }
    version { return 2022.2 }
    report_utilization { return $::utilization }
    default { return {} }
  }
}

proc check {command flags options least most given} {
  set positional 0
  for {set i 0} {$i < [llength $given]} {incr i} {
    set word [lindex $given $i]
    if {$word in $options && !($word in $flags)} { incr i; continue }
    if {$word in $flags} continue
    if {[string match -* $word] && ![string is double $word]} { error "$command: no argument $word" }
    incr positional
  }
  if {$positional < $least || $positional > $most} { error "$command: $positional arguments ($given)" }
  # What is read has to be there.
  if {$command in {read_verilog read_xdc add_files}} {
    set file [lindex $given end]
    if {![file exists $file]} { error "$command: there is no $file" }
  }
  puts "$command $given"
  return [answer $command $given]
}

namespace eval ipx {}
foreach {command flags options least most} $documented {
  proc ::$command args "check $command {$flags} {$options} $least $most \$args"
}
set script [lindex $argv 0]
set argv [lrange $argv 1 end]
source $script
