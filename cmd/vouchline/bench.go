package main

// BenchCmd measures the engines on data of which the truth is known, and the
// ledgers; the figures in docs/measurements.md come from it.
type BenchCmd struct {
	Documents  BenchDocumentsCmd  `cmd:"" help:"Measure the reading of documents with known lines: exact, wrong but accepted, refused, times, by format and degradation."`
	Specimens  BenchSpecimensCmd  `cmd:"" help:"Draw a folder of specimen documents with ground truth for bench documents."`
	Faces      BenchFacesCmd      `cmd:"" help:"Measure face comparison on a list of pairs: FMR, FNMR, accuracy, times."`
	Live       BenchLiveCmd       `cmd:"" help:"Play whole live sessions with drawn films of people and of attacks: BPCER, APCER by species, work for a frame."`
	Duplicates BenchDuplicatesCmd `cmd:"" help:"Measure the search for a person enrolled already: false matches among all photographs of a folder, by threshold and number enrolled."`
	Gallery    BenchGalleryCmd    `cmd:"" help:"Measure what it costs to remember faces and to look for one among many."`
	Words      BenchWordsCmd      `cmd:"" help:"Measure the reading of words held up to a camera, in hands and scenes drawn by a seed: read right, accepted wrongly, times."`
	Ledger     BenchLedgerCmd     `cmd:"" help:"Measure a ledger: latency of a mint, mints, batches, reads and changes a second, disk, when empty and when filled."`
	PAD        BenchPADCmd        `cmd:"" name:"pad" help:"Measure presentation attack detection on a folder of labelled photographs: APCER by species, BPCER."`
	Attacks    BenchAttacksCmd    `cmd:"" help:"Draw presentation attacks of photographs, with ground truth for bench pad."`
}
