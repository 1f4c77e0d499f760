package mutate

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
)

var (
	jpegStart = []byte{0xff, 0xd8}
	pngStart  = []byte("\x89PNG\r\n\x1a\n")
)

// dimensions makes the header promise another picture: none, a line, or more
// than any memory holds.
func dimensions(r *rand.Rand, b []byte) []byte {
	sizes := []uint32{0, 1, 31, 4000, 9000, 20000, 20001, 65535, 1 << 20, 1<<31 - 1, 1<<32 - 1}
	w, h := sizes[r.IntN(len(sizes))], sizes[r.IntN(len(sizes))]
	switch {
	case bytes.HasPrefix(b, jpegStart):
		at := frameHeader(b)
		if at < 0 {
			return bits(r, b)
		}
		binary.BigEndian.PutUint16(b[at+5:], uint16(h)) //nolint:gosec // G115: cut off on purpose
		binary.BigEndian.PutUint16(b[at+7:], uint16(w)) //nolint:gosec // G115: cut off on purpose
	case bytes.HasPrefix(b, pngStart) && len(b) >= 33:
		binary.BigEndian.PutUint32(b[16:], w)
		binary.BigEndian.PutUint32(b[20:], h)
		// A decoder stops at a wrong checksum: a hostile file has a right one.
		binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	default:
		return bits(r, b)
	}
	return b
}

// frameHeader finds SOF0 or SOF2 (ITU-T T.81, B.2.2), -1 where there is none.
func frameHeader(b []byte) int {
	for i := 2; i+9 < len(b); {
		if b[i] != 0xff {
			return -1
		}
		if b[i+1] == 0xc0 || b[i+1] == 0xc2 {
			return i
		}
		i += 2 + int(binary.BigEndian.Uint16(b[i+2:]))
	}
	return -1
}

// exifBomb puts in directories that point to themselves, count more entries
// than there are bytes, or repeat until the file is large.
func exifBomb(r *rand.Rand, b []byte) []byte {
	body := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00")
	entries := r.IntN(1500)
	body = binary.LittleEndian.AppendUint16(body, uint16(entries)+uint16(r.IntN(2)*0xf000)) //nolint:gosec // G115: wraps on purpose
	for range entries {
		body = binary.LittleEndian.AppendUint16(body, []uint16{0x0112, 0x8769, 0x8825, 0x0201, 0x927c}[r.IntN(5)])
		body = binary.LittleEndian.AppendUint16(body, uint16(r.IntN(14))) //nolint:gosec // G115: below 14
		body = binary.LittleEndian.AppendUint32(body, r.Uint32())
		body = binary.LittleEndian.AppendUint32(body, []uint32{8, 0, 1<<32 - 1, r.Uint32()}[r.IntN(4)])
	}
	body = append(body, 8, 0, 0, 0) // the next directory is this one
	switch {
	case bytes.HasPrefix(b, jpegStart):
		return splice(b, 2, bytes.Repeat(segment(0xe1, body), 1+r.IntN(40)))
	case bytes.HasPrefix(b, pngStart) && len(b) >= 33:
		return splice(b, 33, bytes.Repeat(chunk("eXIf", body[6:]), 1+r.IntN(40)))
	}
	return bits(r, b)
}

// segments puts in metadata without end: comments, colour profiles whose
// lengths lie, text that inflates.
func segments(r *rand.Rand, b []byte) []byte {
	switch {
	case bytes.HasPrefix(b, jpegStart):
		s := segment([]byte{0xfe, 0xe2, 0xed, 0xee, 0xdb, 0xc4, 0xdd}[r.IntN(7)], noise(r, r.IntN(4000)))
		if r.IntN(2) == 0 {
			binary.BigEndian.PutUint16(s[2:], uint16(r.Uint32())) //nolint:gosec // G115: any length
		}
		return splice(b, 2, bytes.Repeat(s, 1+r.IntN(200)))
	case bytes.HasPrefix(b, pngStart) && len(b) >= 33:
		c := chunk([]string{"tEXt", "zTXt", "iCCP", "PLTE", "tRNS", "acTL", "IHDR"}[r.IntN(7)], noise(r, r.IntN(4000)))
		if r.IntN(2) == 0 {
			binary.BigEndian.PutUint32(c, r.Uint32())
		}
		return splice(b, 33, bytes.Repeat(c, 1+r.IntN(200)))
	}
	return bits(r, b)
}

// scans repeats the picture's data: each scan of a JPEG and each IDAT of a PNG
// costs a decoder another walk.
func scans(r *rand.Rand, b []byte) []byte {
	mark := []byte("IDAT")
	if bytes.HasPrefix(b, jpegStart) {
		mark = []byte{0xff, 0xda}
	}
	at := bytes.Index(b, mark)
	if at < 4 {
		return bits(r, b)
	}
	if len(mark) == 4 {
		at -= 4 // the chunk begins with its length
	}
	end := min(len(b), at+16+r.IntN(2000))
	return splice(b, at, bytes.Repeat(b[at:end], 1+r.IntN(300)))
}

// segment is a JPEG marker segment (ITU-T T.81, B.1.1.4).
func segment(marker byte, body []byte) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(min(len(body)+2, 0xffff))) //nolint:gosec // G115: bounded
	return append(out, body...)
}

// chunk is a PNG chunk with a right checksum.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body))) //nolint:gosec // G115: a few thousand
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}
