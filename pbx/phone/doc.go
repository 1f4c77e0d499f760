// Package phone writes the settings of a line in the forms that phones read:
// Linphone's remote provisioning, a SIP URI, JSON, and tables for typing.
//
// It uses the words of RFC 3261 and, for Linphone, the sections and keys of
// liblinphone's configuration file, as its xml2lpc reads them from XML.
//
// It is pure: where a file is fetched, by whom and how often is the edge's
// business, which password is in it the flow's.
//
// What it writes holds a password. Every form is checked before it is written,
// and escaped by its own rules: a display name comes from an applicant, and a
// line break in one would be another line of somebody's configuration.
package phone
