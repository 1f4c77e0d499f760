// Package softphone starts the phones that people have, for tests: Linphone,
// told nothing but the address that its camera reads from a code, and baresip,
// into which somebody types the settings that a page shows.
//
// It uses the words of RFC 3261 and, of Linphone, those of its console program
// and of liblinphone's log.
//
// It needs Debian's packages linphone-cli and baresip-core; without them a test
// is skipped. It starts no PBX and serves no settings.
//
// No screen, sound card or network is needed: each phone has a folder of its
// own, listens on 127.0.0.1 only, plays a file instead of a microphone and
// records what it hears. Every phone is a process of its test and ends with it,
// whatever the test's end.
package softphone
