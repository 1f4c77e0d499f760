package photo

import (
	"bytes"
	"encoding/binary"
)

// JPEG markers, ITU-T T.81 table B.1.
const (
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1
	markerTEM  = 0x01
	markerRST0 = 0xd0
	markerRST7 = 0xd7
)

// inspectJPEG walks the marker segments up to the end of image. A file
// without that end is truncated: libjpeg would fill the rest with grey and
// only warn.
func inspectJPEG(b []byte) container {
	c := container{orientation: 1, truncated: true}
	for i := 2; ; {
		at := bytes.IndexByte(b[min(i, len(b)):], 0xff)
		if at < 0 {
			return c
		}
		for i += at; i < len(b) && b[i] == 0xff; i++ { // fill bytes, clause B.1.1.2
		}
		if i >= len(b) {
			return c
		}
		marker := b[i]
		i++
		switch {
		case marker == markerEOI:
			c.truncated = false
			return c
		case standsAlone(marker):
			continue
		case len(b) < i+2:
			return c
		}
		length := int(binary.BigEndian.Uint16(b[i:]))
		if length < 2 || i+length > len(b) {
			return c
		}
		segment := b[i+2 : i+length]
		i += length
		switch marker {
		case markerSOS:
			c.scans++
		case markerAPP1:
			if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && c.orientation == 1 {
				c.orientation = exifOrientation(tiff)
			}
		}
	}
}

// standsAlone tells markers without a length: stuffed zero bytes, restarts
// and the two that frame nothing.
func standsAlone(marker byte) bool {
	return marker == 0 || marker == markerTEM || marker == markerSOI ||
		(marker >= markerRST0 && marker <= markerRST7)
}

// inspectPNG walks the chunks up to IEND and finds eXIf (PNG third edition,
// 11.3.4.4) on the way.
func inspectPNG(b []byte) container {
	c := container{orientation: 1, truncated: true}
	for i := 8; i+12 <= len(b); {
		length := int(binary.BigEndian.Uint32(b[i:]))
		if length < 0 || i+12+length > len(b) {
			return c
		}
		switch string(b[i+4 : i+8]) {
		case "eXIf":
			c.orientation = exifOrientation(b[i+8 : i+8+length])
		case "IEND":
			c.truncated = false
			return c
		}
		i += 12 + length
	}
	return c
}

// inspectWebP finds the EXIF chunk of the RIFF container and notices a file
// shorter than its header says.
func inspectWebP(b []byte) container {
	c := container{orientation: 1}
	if int64(binary.LittleEndian.Uint32(b[4:]))+8 > int64(len(b))+1 {
		c.truncated = true
		return c
	}
	for i := 12; i+8 <= len(b); {
		length := int(binary.LittleEndian.Uint32(b[i+4:]))
		if length < 0 || i+8+length > len(b) {
			return c
		}
		if string(b[i:i+4]) == "EXIF" {
			tiff, _ := bytes.CutPrefix(b[i+8:i+8+length], []byte("Exif\x00\x00"))
			c.orientation = exifOrientation(tiff)
			return c
		}
		i += 8 + length + length&1
	}
	return c
}

// exifOrientation reads tag 0x0112 of the first image file directory of a
// TIFF header (Exif 2.32, 4.6.4); anything odd is orientation 1, upright.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == 0x0112 {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
