// Package photo turns the bytes a stranger uploaded into a bounded, upright
// image.
//
// Formats and words are those of the files: JPEG (ITU-T T.81), PNG, WebP, and
// the orientation tag of Exif 2.32, section 4.6.4. It judges neither content
// nor quality: ocr and faces do that on the decoded pixels.
//
// The rule: no byte of an upload reaches C code, a store or another process
// before Decode or Normalize has accepted it. Size and pixel bounds are
// checked on the header, before anything is allocated for the picture.
package photo
