// Package strictyaml reads a YAML file strictly: every value keeps its place,
// unknown and repeated keys are faults, and all faults of a file are collected,
// in compiler style, instead of the first one alone.
//
// Start at NewShape, which says what keys a mapping has, then at Parse, which gives
// the root Value; give it its Shape (Shaped), ask values for what they should be
// (Mapping, Text, Duration …) and call Mapping.Done when all keys have been asked
// for. A value of the wrong kind records a fault and gives a zero
// value, so that reading goes on to the next fault.
package strictyaml
