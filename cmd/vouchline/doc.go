// Command vouchline is the whole program: the web service, its workers and the
// tools around them.
//
// It holds no rules. It reads flags, environment and configuration file (see
// config.go), wires adapters to the flow (wire.go) and gives each command its
// streams, clock and logger in a Globals, so that a command is tested without
// starting a process. The words are those of the packages it calls.
//
// Files are named for the command: ledger_prove.go is `vouchline ledger prove`,
// and what several commands of one tree share is in the file of the tree. Beside
// them stand
//
//   - config*.go: the settings, in groups that commands embed, their check and
//     the file they are read from.
//   - wire*.go, passport_desk.go and events.go: the adapters of serve and work.
//   - bench_*.go: measurements. bench_<what>.go is the command and
//     bench_<what>_report.go what it prints; the reading of documents is in
//     documents, truth, outcome, baseline, report and print, the drawing of
//     them in specimens*, the search among many in gallery*, sessions before a
//     camera in live*, a ledger in ledger*. interval.go and bench_det.go are the
//     statistics.
//
// Exit codes are part of the interface: 0 done, 1 a negative answer (the faces
// differ, the ledger does not verify), 2 a usage or input error. Answers go to
// stdout, everything said to a person goes to stderr.
package main
