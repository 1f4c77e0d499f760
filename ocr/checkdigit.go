package ocr

import "strings"

// Filler is the character that fills unused positions (ICAO 9303-3, 4.1).
const Filler = '<'

// alphabet is every character an MRZ may hold (ICAO 9303-3, 4.3).
const alphabet = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// CheckDigit computes the check digit of s (ICAO 9303-3, 4.9): weights 7, 3, 1,
// modulo 10, letters from A=10, the filler 0. Other characters count as 0, so
// check the alphabet first.
func CheckDigit(s string) byte {
	weights := [3]int{7, 3, 1}
	sum := 0
	for i := range len(s) {
		sum += checkValue(s[i]) * weights[i%3]
	}
	return byte('0' + sum%10)
}

func checkValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return 0
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

func onlyFillers(s string) bool { return strings.Trim(s, "<") == "" }
