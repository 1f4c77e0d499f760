// Package format writes accounts in the forms that PBXs read, and reads back
// what it wrote.
//
// It uses the words of the PBX whose form it is, and of package pbx.
//
// It opens no files and knows no running PBX: packages below pbx that do are
// its users. What it writes holds digests, which are as good as passwords.
package format
