// Package outline draws the glyphs of OpenType fonts as coverage.
//
// Words are those of Adobe Technical Notes 5176 (the Compact Font Format) and
// 5177 (the Type 2 charstring). golang.org/x/image reads the tables and the
// TrueType glyphs; the charstrings are read here, because those of Debian's
// fonts-ocr-b use the operator flex1, which it cannot.
//
// It trusts the fonts it is given, which come with the operating system: a
// broken one is an error or a panic, never a wrong glyph.
package outline
