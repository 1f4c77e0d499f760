package pbx

import "time"

// A Setup is all that a phone needs to use a line. It holds a password: it goes
// to the phone or its subscriber once, and is never stored.
type Setup struct {
	DisplayName string
	Extension   string
	Username    string // of the digest
	Password    Password
	Realm       string
	Domain      string // of the address of record
	Service     Service
	DeviceID    string
	// NotAfter is when the password ends; zero is never.
	NotAfter time.Time
}

// A Service is where phones find the PBX, as the operator has it.
type Service struct {
	// Server is host or host:port.
	Server string
	// Transport is udp, tcp or tls.
	Transport string
	// WebSocket is the URL for browsers (RFC 7118), or empty.
	WebSocket string
	// STUN is host:port, or empty.
	STUN string
	// Expires is for how many seconds a phone registers.
	Expires int
	// Echo is the number that gives back what it hears, or empty.
	Echo string
}
