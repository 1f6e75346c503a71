# Made by spillway rtl. Packages @NAME@ as an IP in ip/ beside this file:
#
#     vivado -mode batch -source package_ip.tcl [-tclargs PART]
set folder [file normalize [file dirname [info script]]]
set part [expr {[llength $argv] > 0 ? [lindex $argv 0] : "@PART@"}]
set sources {@SOURCES@ @NAME@_ip.v}
set memories {@MEMORIES@}

create_project -force -part $part @NAME@_ip [file join $folder ip_project]
foreach name $sources { add_files -norecurse [file join $folder $name] }
foreach name $memories {
  add_files -norecurse [file join $folder $name]
  set_property file_type {Memory Initialization Files} [get_files [file join $folder $name]]
}
set_property top @NAME@_ip [current_fileset]
update_compile_order -fileset sources_1

ipx::package_project -root_dir [file join $folder ip] -vendor spillway -library accelerators -taxonomy /UserIP \
    -import_files -force
set core [ipx::current_core]
set_property name @NAME@ $core
set_property display_name @NAME@ $core
set_property description {Streaming dataflow accelerator made by spillway rtl} $core
set_property version 1.0 $core
foreach bus {@BUSES@} { ipx::associate_bus_interfaces -busif $bus -clock aclk $core }
ipx::create_xgui_files $core
ipx::update_checksums $core
ipx::check_integrity $core
ipx::save_core $core
close_project
